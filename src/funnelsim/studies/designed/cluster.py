"""Blocks of worlds simulated on the workers of a Dask scheduler, with the same bits as here.

Dask sends a block to a worker, and sends it to another one if that worker is lost. What is simulated, and
what is kept of it, is as on this machine. Dask is imported when a cluster is first used.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

import logging
import pickle
from collections.abc import Collection, Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from funnelsim.io.progress import Progress
from funnelsim.io.provenance import this_platform, versions
from funnelsim.io.writing import UnusableError
from funnelsim.studies.designed.blocks import Block, Brought, Name, simulated
from funnelsim.studies.store import code_of

if TYPE_CHECKING:
    from distributed import Client, Future

PATIENCE = 10  # seconds to wait for a scheduler, and then for its first worker
AHEAD = 2  # blocks at hand for each thread of the cluster, so that none waits for the next
ROWS = 4  # in a block at most: they share their past, and are sent, and lost, together
LOST = 60  # seconds to wait for another worker when all are lost
LARGEST = "1 GB"  # that is sent without a warning: Dask's own 10 MB are what a block of large models has
SHARES = 4  # blocks for each thread of the cluster, of a study that is large enough for it

_EXTRA = "a cluster needs Dask, which is not installed: pip install distributed"
_KEPT = "what is finished is kept if there is a store, and the next run goes on from there"


class ClusterError(UnusableError):
    """A cluster that cannot be used; the message is a sentence about it."""


@contextmanager
def connected(address: str) -> Iterator[Client]:
    """Connect to a Dask scheduler.

    Parameters
    ----------
    address : str
        Such as "tcp://10.0.0.5:8786".

    Raises
    ------
    ClusterError
        If Dask is not installed, or nothing answers there within ten seconds.

    Examples
    --------
    >>> with connected("lab"):
    ...     pass
    Traceback (most recent call last):
    funnelsim.studies.designed.cluster.ClusterError: "lab" is no address like "tcp://10.0.0.5:8786"
    """
    host, _, port = address.partition("://")[2].rpartition(":")
    if not host or not port.isdecimal():
        raise ClusterError(f'"{address}" is no address like "tcp://10.0.0.5:8786"')
    try:
        from distributed import Client
    except ImportError:
        raise ClusterError(_EXTRA) from None
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # a sentence says what is wrong
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except ValueError as error:
        raise ClusterError(f'"{address}" is no address of a Dask scheduler: {error}') from None
    except (OSError, ImportError) as error:
        raise ClusterError(
            f"no Dask scheduler answers at {address}: start one with `dask scheduler`, and give the address "
            "that it prints"
        ) from error
    try:
        yield client
    finally:
        client.close()


class Cluster:
    """The workers of a Dask client, each thread of which simulates a block at a time.

    Parameters
    ----------
    client : distributed.Client
        Connected, and not asynchronous.

    Raises
    ------
    ClusterError
        If it cannot be used, or has no worker within ten seconds.
    """

    def __init__(self, client: Client) -> None:
        if client.asynchronous or client.status != "running":
            raise ClusterError("the Dask client is asynchronous or closed: give one of Client(address)")
        self._client = client
        self._address = client.scheduler.address
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            raise ClusterError(
                f"the Dask scheduler at {self._address} has no workers: start some with "
                f"`dask worker {self._address}`"
            ) from None
        self._check_versions()
        self.at_once = self._threads()

    @property
    def named(self) -> str:
        """Name it as a place where a study runs."""
        return f"on the {self.at_once:,} threads of the cluster"

    def rows_at_once(self, rows: int) -> int:
        """Return how many rows a block has at most, of so many in all: every thread gets its share (CL4)."""
        return max(1, min(ROWS, rows // (SHARES * self.at_once)))

    def simulate(
        self, blocks: Iterator[tuple[Name, Block]], progress: Progress
    ) -> Generator[tuple[Name, Brought], None, None]:
        """Simulate named blocks on the workers; return each as it comes back, in whatever order (CL3).

        Blocks are made a few at a time, as there is room for them. Closed early, it calls off the others.

        Raises
        ------
        ClusterError
            If a worker has other versions than this process, a block has cost several workers, or the
            scheduler is lost.
        ScenarioError, EndlessLoopError
            As on this machine.
        """
        flying: dict[Future, tuple[Name, int]] = {}
        try:
            while True:
                for name, block in self._next(blocks, len(flying)):
                    flying[self._sent(block)] = name, len(block.courses) * block.plan.replications
                if not flying:
                    return
                for future in self._landed(flying):
                    if (brought := self._brought(future)) is not None:
                        name, years = flying.pop(future)
                        yield name, brought
                        progress(years)
        finally:
            with suppress(OSError):
                self._client.cancel(list(flying))

    def _sent(self, block: Block) -> Future:
        from dask.config import set as set_config

        with set_config({"distributed.admin.large-graph-warning-threshold": LARGEST}):
            return self._client.submit(_there, _maker(), pickle.dumps(block), pure=False)

    def _next(self, blocks: Iterator[tuple[Name, Block]], flying: int) -> Iterator[tuple[Name, Block]]:
        """Take as many blocks as there is room for on the workers that there are now."""
        self.at_once = self._threads() or self.at_once
        for _ in range(AHEAD * self.at_once - flying):
            if (taken := next(blocks, None)) is None:
                return
            yield taken

    def _landed(self, flying: Collection[Future]) -> Collection[Future]:
        """Wait a while for a block to come back; workers that are lost may return meanwhile."""
        from distributed import CancelledError, wait

        try:
            with self._client.as_current():
                return wait(list(flying), LOST, "FIRST_COMPLETED").done  # type: ignore[no-any-return]
        except TimeoutError:
            self._must_have_workers()
            return ()
        except CancelledError:
            raise self._lost("is lost") from None

    def _brought(self, future: Future) -> Brought | None:
        """Return what a block has brought; None if it was lost with its worker, and is simulated again."""
        from distributed import CancelledError, KilledWorker

        try:
            return future.result(LOST)  # type: ignore[no-any-return]
        except TimeoutError:
            self._must_have_workers()
            return None
        except CancelledError:
            raise self._lost("is lost") from None
        except KilledWorker as killed:
            raise ClusterError(
                f"{killed.allowed_failures + 1} workers were lost over the same worlds, as happens where "
                f"memory is short; {_KEPT}"
            ) from killed
        except RuntimeError as error:
            if str(error).startswith("Error during deserialization"):
                raise ClusterError(
                    f"the Dask scheduler at {self._address} cannot read what is sent through it: give it the "
                    "same version of funnelsim as this process"
                ) from error
            raise

    def _threads(self) -> int:
        try:
            return sum(self._client.nthreads().values())
        except OSError as error:
            raise self._lost("is lost") from error

    def _must_have_workers(self) -> None:
        if not self._threads():
            raise self._lost(f"has lost all its workers, and no other has come for {LOST} seconds")

    def _lost(self, how: str) -> ClusterError:
        return ClusterError(f"the Dask scheduler at {self._address} {how}; {_KEPT}")

    def _check_versions(self) -> None:
        """Refuse workers that have other versions, before anything is sent to them (CL2)."""
        found = self._client.get_versions(packages=list(versions()))
        here = {name: found["client"]["packages"][name] for name in versions()}
        for worker, theirs in found["workers"].items():
            if difference := _difference(theirs["packages"], here):
                raise _unusable(worker, difference)


@cache
def _maker() -> dict[str, str]:
    """Return what simulates in this process: versions, platform, sources and processor."""
    return versions() | {"platform": this_platform(), "code": code_of("study")}


def _there(theirs: dict[str, str], sent: bytes) -> Brought:
    """Simulate a block on a worker, if it makes what the process would that asks for it (CL2)."""
    from distributed import get_worker

    if difference := _difference(_maker(), theirs):
        raise _unusable(get_worker().address, difference)
    block: Block = pickle.loads(sent)
    return simulated(block._replace(plan=replace(block.plan, jobs=1)))


def _unusable(worker: str, why: str) -> ClusterError:
    return ClusterError(f"the worker {worker} cannot be used: {why}")


def _difference(worker: Mapping[str, str | None], here: Mapping[str, str]) -> str:
    """Say what a worker has that this process has not; nothing if they are alike.

    >>> _difference({"numpy": "2.3", "code": "1"}, {"numpy": "2.4", "code": "2"})
    'it has numpy 2.3, and this process has numpy 2.4'
    >>> _difference({"numpy": "2.4", "code": "1"}, {"numpy": "2.4", "code": "2"})
    "its files of funnelsim, its processor or Numba's settings are not those of this process"
    """
    for name, version in here.items():
        if worker.get(name) == version:
            continue
        if name == "code":
            return "its files of funnelsim, its processor or Numba's settings are not those of this process"
        theirs = worker.get(name)
        has = f"it has {name} {theirs}" if theirs else f"it has no {name}"
        return f"{has}, and this process has {name} {version}"
    return ""
