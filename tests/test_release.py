"""What a release holds, and that its wheel runs without the project beside it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from iiecon.results import VERSION

ROOT = Path(__file__).resolve().parents[1]
WORKBOOK = "IIEconModel.xlsm"
COPIED = (
    "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE", "CITATION.cff", "CHANGELOG.md",
    "SECURITY.md", "requirements.lock", WORKBOOK, "python", "udfs", "tests", "templates",
    "examples", ".ci",
)  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project: building writes beside the sources."""
    folder = tmp_path_factory.mktemp("发布 release") / "project"
    folder.mkdir()
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            unwanted = shutil.ignore_patterns("__pycache__", "*.egg-info", "pictures")
            shutil.copytree(source, folder / name, ignore=unwanted)
        else:
            shutil.copyfile(source, folder / name)
    return folder


@pytest.fixture(scope="module")
def dist(project: Path) -> Path:
    """The folder that the release script fills."""
    done = subprocess.run(
        [sys.executable, str(project / ".ci" / "release.py")],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return project / "dist"


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    return dist / f"iieconmodel-{VERSION}-py3-none-any.whl"


def members(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sources(*folders: str) -> set[str]:
    """The files below folders of the project, without what Python leaves there."""
    return {
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and not {"__pycache__", "pictures"} & set(path.parts)
        and ".egg-info" not in str(path)
    }  # fmt: skip


def test_a_release_has_five_files_with_checksums(dist: Path, wheel: Path) -> None:
    files = {path.name: path.read_bytes() for path in dist.iterdir()}
    sums = files.pop("SHA256SUMS").decode("utf-8")
    due = {f"iieconmodel-{VERSION}.tar.gz", wheel.name, WORKBOOK, "templates.zip"}
    assert set(files) == due
    assert sums.splitlines() == [
        f"{hashlib.sha256(files[name]).hexdigest()}  {name}" for name in sorted(files)
    ]
    assert files[WORKBOOK] == (ROOT / WORKBOOK).read_bytes()
    with zipfile.ZipFile(dist / "templates.zip") as archive:
        given = {name: archive.read(name) for name in archive.namelist()}
    assert given == {name: (ROOT / name).read_bytes() for name in sources("templates")}


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not here")
def test_the_checksums_are_in_the_form_that_sha256sum_reads(dist: Path, tmp_path: Path) -> None:
    def checked(folder: Path) -> int:
        command = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
        return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode

    assert checked(dist) == 0
    copied = shutil.copytree(dist, tmp_path / "dist")
    (copied / WORKBOOK).write_bytes(b"other")
    assert checked(copied) != 0


def test_the_wheel_holds_every_source_the_workbook_templates_and_add_ins(wheel: Path) -> None:
    """Nothing that the program reads may be forgotten among the package data."""
    inside = members(wheel)
    code = {name.removeprefix("python/") for name in sources("python", "udfs")}
    code -= {"udfs/REFERENCE.md"}  # a page to read
    assert code - set(inside) == set()
    share = f"iieconmodel-{VERSION}.data/data/share/iieconmodel"
    for name in (WORKBOOK, "CITATION.cff", *sources("templates")):
        assert inside[f"{share}/{name}"] == (ROOT / name).read_bytes(), name
    assert {"udfs/libreoffice/addin.py", "udfs/vba/xlwings_udfs.bas"} <= set(inside)
    assert not any(name.startswith(("tests/", "examples/")) for name in inside)


def test_the_source_archive_holds_the_project(dist: Path) -> None:
    top = f"iieconmodel-{VERSION}"
    with tarfile.open(dist / f"{top}.tar.gz") as archive:
        inside = {name.removeprefix(f"{top}/") for name in archive.getnames()}
    folders = ("python", "udfs", "tests", "templates", "examples", ".ci")
    single = {name for name in COPIED if (ROOT / name).is_file()}
    assert (sources(*folders) | single) - inside == set()


def test_the_wheel_installs_without_the_network_and_runs_elsewhere(
    wheel: Path, tmp_path: Path
) -> None:
    """With the libraries that are here; everything of ours comes from the wheel."""
    target, house = tmp_path / "安装 here", tmp_path / "wheelhouse"
    alone = ["--quiet", "--no-index", "--no-deps"]
    subprocess.run(
        [sys.executable, "-m", "pip", "download", *alone, "--dest", str(house), str(wheel)],
        check=True,
        capture_output=True,
    )
    install = ["-m", "pip", "install", *alone]
    subprocess.run(
        [sys.executable, *install, "--find-links", str(house), "--target", str(target),
         "iieconmodel"],
        check=True, capture_output=True,
    )  # fmt: skip
    assert (target / "share/iieconmodel" / WORKBOOK).read_bytes() == (ROOT / WORKBOOK).read_bytes()
    environment = {**os.environ, "PYTHONPATH": str(target), "PYTHONUTF8": "1"}
    book = tmp_path / "新.xlsm"
    where = "import iiecon, udfs; print(iiecon.__file__, udfs.__file__, sep='\\n')"
    for arguments in (["-c", where], ["-m", "iiecon", "new", str(book)],
                      ["-m", "iiecon", "check", str(book)]):  # fmt: skip
        done = subprocess.run(
            [sys.executable, *arguments], cwd=tmp_path, env=environment, capture_output=True,
            encoding="utf-8", check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        if arguments[0] == "-c":
            assert all(line.startswith(str(target)) for line in done.stdout.split("\n")[:2])
    for name in ("iiecon", "iieconmodel"):
        assert any((target / "bin" / f"{name}{end}").exists() for end in ("", ".exe"))


def test_a_release_is_not_mixed_with_an_earlier_one(project: Path, dist: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(project / ".ci" / "release.py")],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1
    assert str(dist) in done.stderr
