"""Which slip of the typist leads from one number to another."""

import pytest

from iiecon.slips import likely_slips

# found, due, kind, factor: each worked out by hand
SLIPS = [
    (1230.0, 123.0, "point", 10.0),
    (12.3, 123.0, "point", 0.1),
    (12300.0, 123.0, "point", 100.0),
    (0.0123, 123.0, "unit", 1e-4),
    (-123.0, 123.0, "sign", -1.0),
    (123.0, -123.0, "sign", -1.0),
    (1243.0, 1423.0, "swapped", 1243 / 1423),
    (-1243.0, -1423.0, "swapped", 1243 / 1423),
    (12.43, 14.23, "swapped", 12.43 / 14.23),
    (137.0, 1037.0, "swapped", 137 / 1037),  # 0137 was typed
    (1243.0, 1743.0, "digit", 1243 / 1743),
    (12.43, 12.03, "digit", 12.43 / 12.03),
]


@pytest.mark.parametrize(("found", "due", "kind", "factor"), SLIPS)
def test_slip_is_known(found: float, due: float, kind: str, factor: float) -> None:
    (slip,) = likely_slips(found, due, 1e-9)
    assert slip.kind == kind
    assert slip.value == pytest.approx(due, abs=1e-9)
    assert slip.factor == pytest.approx(factor)


@pytest.mark.parametrize(
    ("found", "due"),
    [(1243.0, 1356.0), (1243.0, 3412.0), (1243.0, 1423.5), (0.0, 12.0), (950.0, 1050.0)],
)
def test_other_numbers_are_no_slip(found: float, due: float) -> None:
    assert likely_slips(found, due, 1e-9) == []


def test_noise_is_allowed_for_and_the_value_typed_is_restored() -> None:
    """In a rounded table the value due is known only roughly; the slip says it exactly."""
    (slip,) = likely_slips(5310.0, 528.0, 5.0)
    assert slip.value == 531.0
    assert likely_slips(5310.0, 528.0, 2.0) == []


def test_slips_that_cannot_be_told_apart_are_all_given() -> None:
    """1430 give or take 14 is 1243 with two digits swapped, or with one digit wrong."""
    assert {s.value for s in likely_slips(1243.0, 1430.0, 14.0)} == {1423.0, 1443.0}


def test_a_moved_point_says_more_than_a_digit() -> None:
    """10 for 1: a digit more, or the point; 90 for 9 leaves no doubt that it is the point."""
    (slip,) = likely_slips(90.0, 9.0, 2.0)
    assert (slip.kind, slip.factor) == ("point", 10.0)
