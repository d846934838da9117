"""Pieces of a simulation on the machines of a Dask cluster (`pip install iieconmodel[cluster]`).

A piece that is lost with its worker is computed again elsewhere. The digits are those of one
machine where the workers have the same version of numpy and processors of the same kind.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from iiecon import catalogue
from iiecon.results import VERSION
from iiecon.uncertainty.experiment import Call, Experiment, Run

if TYPE_CHECKING:
    from distributed import Client, Future

PATIENCE = 5  # seconds to wait for the scheduler, and for a first worker
AHEAD = 4  # pieces sent ahead for each thread of the cluster: none is idle, few results wait here
FEWEST_AHEAD = 16


class ClusterProblem(Exception):  # noqa: N818
    """A cluster that cannot be used; `key` selects the message for the user."""

    def __init__(self, key: str, address: str = "", detail: str = "") -> None:
        super().__init__(key, address, detail)
        self.key, self.address, self.detail = key, address, detail

    def __str__(self) -> str:
        place = f"{self.address}: " if self.address else ""
        detail = f" ({self.detail})" if self.detail else ""
        message, fix = (
            catalogue.on_screen(f"cluster.{self.key}.{part}") for part in ("message", "fix")
        )
        return f"{place}{message}{detail}; {fix}"


@contextmanager
def connected(address: str) -> Iterator[Client]:
    """A client of the scheduler at an address such as `tcp://10.0.0.5:8786`.

    Raises ClusterProblem where distributed is not installed, the scheduler does not answer, it has
    no workers, or these have not the versions that are here.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise ClusterProblem("missing", detail=str(error)) from None
    for name in ("distributed", "distributed.client"):  # they would log a traceback; we say it
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError, ImportError) as error:
        raise ClusterProblem("unreachable", address, _last_line(error)) from None
    with client:
        _check(client, address)
        yield client


def _check(client: Client, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        raise ClusterProblem("no_workers", address) from None
    try:
        found = client.run(versions)
    except Exception as error:  # what a worker raises that cannot import this package
        raise ClusterProblem("versions", address, _last_line(error)) from None
    other = {f"{worker}: {theirs}" for worker, theirs in found.items() if theirs != versions()}
    if other:
        raise ClusterProblem("versions", address, f"{min(other)}; {versions()}")


def versions() -> str:
    """What the digits depend on."""
    return f"iieconmodel {VERSION}, numpy {np.__version__}"


def run_on(client: Client) -> Run:
    """Compute calls on the cluster; their results come in the order of the calls.

    Closing the iterator early cancels what is still to be done. Raises ClusterProblem where a call
    fails for a reason of the cluster.
    """

    def run(calls: Iterable[Call]) -> Generator[Any, None, None]:
        ahead = max(FEWEST_AHEAD, AHEAD * sum(client.nthreads().values()))
        held: dict[Experiment, Future[Any]] = {}
        sent: deque[Future[Any]] = deque()
        try:
            for method, experiment, *rest in calls:
                if experiment not in held:
                    # A task and not scattered data: it is made again when all who had it are lost.
                    held[experiment] = client.submit(_itself, light(experiment), pure=False)
                sent.append(client.submit(method, held[experiment], *rest, pure=False))
                if len(sent) >= ahead:
                    yield _result(sent.popleft())
            while sent:
                yield _result(sent.popleft())
        finally:
            with suppress(Exception):  # the cluster is gone
                client.cancel([*sent, *held.values()])

    return run


def light(experiment: Experiment) -> Experiment:
    """The same experiment without the n × n flows, which no draw reads."""
    measurement = experiment.measurement
    inputs = measurement.results.inputs
    table = replace(inputs.table, flows=np.zeros((0, 0)))
    results = replace(measurement.results, inputs=replace(inputs, table=table))
    return replace(experiment, measurement=replace(measurement, results=results))


def _itself(experiment: Experiment) -> Experiment:
    return experiment


def _result(future: Future[Any]) -> Any:
    from asyncio import CancelledError

    try:
        return future.result()
    except (Exception, CancelledError) as error:
        raise ClusterProblem("lost", detail=_last_line(error)) from error


def _last_line(error: BaseException) -> str:
    """What an error says at its end, as its beginning may tell of the one before it."""
    return (str(error).strip().splitlines() or [type(error).__name__])[-1].strip()
