"""`simulate` on a Dask cluster of processes: the digits of one process, whatever happens to it."""

import json
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from distributed import Client, LocalCluster

from iiecon import ModelInputs, load_inputs, simulate
from iiecon.cli import main
from iiecon.uncertainty import cluster, simulate_many
from iiecon.uncertainty.closed_form import Measurement
from iiecon.uncertainty.cluster import ClusterProblem, connected, light, run_on
from iiecon.uncertainty.experiment import CHUNK, Experiment
from iiecon.uncertainty.summary import EXACT, Part, Summary
from tests.conftest import ROOT

MANY = 3 * EXACT  # histograms, and more pieces than are sent ahead


@pytest.fixture(scope="module")
def workers() -> Iterator[LocalCluster]:
    """Two processes of one thread each."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50
    ) as found:
        yield found


@pytest.fixture
def client(workers: LocalCluster) -> Iterator[Client]:
    with Client(workers, set_as_default=False) as found:
        found.wait_for_workers(2, timeout=20)
        yield found


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    return Path(shutil.copy(ROOT / "IIEconModel.xlsm", tmp_path / "模型.xlsm"))


@pytest.fixture
def address(client: Client, workers: LocalCluster) -> str:
    """Of the scheduler, once both workers are there."""
    return str(workers.scheduler_address)


def tasks_left(client: Client) -> int:
    """What the scheduler still holds, after a moment to hear of what was cancelled."""
    count = -1
    for _ in range(100):
        count = client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks))
        if count == 0:
            break
        time.sleep(0.05)
    return count


# --- the same digits


@pytest.mark.parametrize("draws", [5000, EXACT + CHUNK + 1])
def test_cluster_gives_the_digits_of_one_process(
    draws: int, inputs: ModelInputs, client: Client
) -> None:
    here = simulate(inputs, draws, 7, years=[2019, 2021], concentration=30)
    there = simulate(inputs, draws, 7, years=[2019, 2021], concentration=30, client=client)
    assert there.to_json() == here.to_json()
    assert tasks_left(client) == 0


def test_lost_worker_changes_no_digit(inputs: ModelInputs, client: Client) -> None:
    before = set(client.run(os.getpid).values())
    told: list[tuple[int, int]] = []

    def kill_one(done: int, draws: int) -> None:
        told.append((done, draws))
        if len(told) == 3:
            os.kill(min(before), getattr(signal, "SIGKILL", signal.SIGTERM))

    there = simulate(inputs, MANY, 7, years=[2021], progress=kill_one, client=client)
    assert there.to_json() == simulate(inputs, MANY, 7, years=[2021]).to_json()
    assert len(told) == MANY // CHUNK
    assert all(a[0] < b[0] for a, b in pairwise(told))
    assert told[-1] == (MANY, MANY)
    client.wait_for_workers(2, timeout=20)
    assert min(before) not in client.run(os.getpid).values()


def test_several_inputs_have_the_digits_of_each_alone(inputs: ModelInputs, client: Client) -> None:
    other = replace(inputs, options=replace(inputs.options, fuzzy_operator="min_max"))
    there = simulate_many([inputs, other], 5000, 3, client=client)
    for each, found in zip((inputs, other), there, strict=True):
        assert found.to_json() == simulate(each, 5000, 3).to_json()
    assert there[0].to_json() != there[1].to_json()


def test_parts_may_be_joined_in_groups_of_any_size() -> None:
    rng = np.random.default_rng(0)
    blocks = [rng.lognormal(size=(3, size)) * 1e6 for size in (700, 41, 700, 3, 299)]
    for draws in (EXACT, EXACT + 1):
        alone = Summary(draws)
        for block in blocks:
            alone.add(block)
        a, b, c, d, e = (Part.of(block, alone._bins) for block in blocks)
        for parts in ([a + b, c + d + e], [a, b + (c + d), e], [a + (b + (c + (d + e)))]):
            joined = Summary(draws, alone._bins)
            for part in parts:
                joined.join(part)
            assert (joined.mean == alone.mean).all()
            assert (joined.deviation == alone.deviation).all()
            assert (joined.quantiles() == alone.quantiles()).all()


@pytest.mark.parametrize("draws", [2, CHUNK, CHUNK + 1, EXACT + 1, 10**6 + 1])
def test_pieces_hold_every_draw_once(draws: int, results: Any) -> None:
    measurement = Measurement.of(results, results.years[-1:])
    experiment = Experiment.of(measurement, None, draws, 0)
    assert [i for piece in experiment.pieces for i in piece] == list(range(-(-draws // CHUNK)))
    assert sum(experiment.size(piece) for piece in experiment.pieces) == draws


def test_flows_are_not_sent_and_not_missed(results: Any) -> None:
    whole = Experiment.of(Measurement.of(results, results.years[-1:]), None, 100, 0)
    sent = light(whole)
    assert sent.measurement.results.inputs.table.flows.size == 0
    (here,), (there,) = whole.part(range(1)), sent.part(range(1))
    assert here.samples is not None
    np.testing.assert_array_equal(here.samples, there.samples)


# --- the command


def test_command_computes_workbooks_on_the_cluster(
    workbook: Path, tmp_path: Path, address: str
) -> None:
    other = Path(shutil.copy(workbook, tmp_path / "other.xlsm"))
    target, table = tmp_path / "two.json", tmp_path / "two.csv"
    command = ["simulate", str(workbook), str(other), "--draws", "500", "--seed", "7"]
    files = ["--json", str(target), "--csv", str(table)]
    assert main([*command, "--scheduler", address, *files]) == 0
    expected = json.loads(simulate(load_inputs(str(workbook)), 500, 7).to_json())
    found = json.loads(target.read_text(encoding="utf-8"))
    assert found == {str(workbook): expected, str(other): expected}
    lines = table.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("workbook,")
    assert len(lines) == 1 + 2 * len(expected["intervals"])


def test_cancelled_run_leaves_nothing_here_or_there(
    workbook: Path,
    client: Client,
    address: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,
) -> None:
    target = workbook.with_name("u.json")
    joined: list[Part] = []

    def pressed(summary: Summary, part: Part) -> None:
        joined.append(part)
        if len(joined) > 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(Summary, "join", pressed)
    command = ["simulate", str(workbook), "--draws", str(MANY), "--scheduler", address]
    assert main([*command, "--json", str(target)]) == 130
    assert [p.name for p in workbook.parent.iterdir()] == [workbook.name]
    assert "已中断" in capsys.readouterr().err
    assert tasks_left(client) == 0


@pytest.mark.parametrize("kind", ["nobody listens", "no address"])
def test_cluster_out_of_reach_is_said(
    kind: str, workbook: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}" if kind == "nobody listens" else "nowhere://at all"
    target = workbook.with_name("u.json")
    begin = time.monotonic()
    command = ["simulate", str(workbook), "--scheduler", address, "--json", str(target)]
    assert main(command) == 3
    assert time.monotonic() - begin < 15
    shown = capsys.readouterr().err
    assert "无法连接调度器" in shown
    assert address in shown
    assert not target.exists()


def test_missing_library_is_said(
    workbook: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main(["simulate", str(workbook), "--scheduler", "tcp://127.0.0.1:1"]) == 2
    assert "pip install iieconmodel[cluster]" in capsys.readouterr().err


def test_workers_of_another_version_are_refused(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "VERSION", "0.0.0")
    with pytest.raises(ClusterProblem) as raised, connected(address):
        pass
    assert raised.value.key == "versions"
    assert "0.0.0" in str(raised.value)


def test_scheduler_without_workers_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    empty = LocalCluster(n_workers=0, dashboard_address=":0")
    with empty, pytest.raises(ClusterProblem) as raised, connected(empty.scheduler_address):
        pass
    assert raised.value.key == "no_workers"


def test_call_that_fails_on_a_worker_is_said(results: Any, client: Client) -> None:
    experiment = Experiment.of(Measurement.of(results, results.years[-1:]), None, 100, 0)
    with pytest.raises(ClusterProblem) as raised:
        list(run_on(client)([(Experiment.size, experiment, "no range")]))
    assert raised.value.key == "lost"
    assert tasks_left(client) == 0
