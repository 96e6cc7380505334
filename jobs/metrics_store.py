"""What the store says of itself, beside what the process counted: asked in threads, seldom, never waited for long."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Generic, TypeVar

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from crawler.errors import StoreError
from crawler.model import Json, PageState
from jobs.check import Clock
from jobs.metrics import Metrics
from jobs.told import OVERDUE
from store import Figures, Store
from store.views import iso

T = TypeVar("T")

# For so long an answer is good enough.
FRESH = timedelta(seconds=5)
# To count the pages by state reads them all: .3 s for a million on PostgreSQL, .5 s on SQLite.
PAGES_FRESH = timedelta(minutes=10)
# Whoever has not answered by then is away.
PATIENCE = timedelta(seconds=2)


class Asked(Generic[T]):
    """One question to the store. Whoever asks meanwhile waits for the same thread: one that hangs is not joined."""

    def __init__(self, question: Callable[[], T], fresh: timedelta) -> None:
        self._question = question
        self._fresh = fresh.total_seconds()
        self._answer: tuple[float, T] | None = None
        self._asking: asyncio.Task[T | None] | None = None

    async def answer(self) -> T | None:
        """The answer, new enough; None where there is none to be had in time."""
        if self._answer is not None and time.monotonic() - self._answer[0] < self._fresh:
            return self._answer[1]
        asking = self._asking = self._asking or asyncio.create_task(self._ask())
        done, _ = await asyncio.wait([asking], timeout=PATIENCE.total_seconds())
        return asking.result() if done else None

    async def _ask(self) -> T | None:
        try:
            found = await asyncio.to_thread(self._question)
        except StoreError:
            return None
        else:
            self._answer = time.monotonic(), found
            return found
        finally:
            self._asking = None


class StorePanel:
    """What a process shows of itself and of its store (see web.panel.Panel)."""

    def __init__(self, store: Store, metrics: Metrics, clock: Clock, elected: Callable[[], bool | None]) -> None:
        self._metrics = metrics
        self._elected = elected
        self._figures = Asked(lambda: store.figures(clock(), late=OVERDUE), FRESH)
        self._states = Asked(store.page_states, PAGES_FRESH)
        self._blobs = Asked(store.blobs_answer, FRESH)
        self._jobs = Asked(lambda: store.queue.counts() if store.queue else {}, FRESH)

    async def health(self) -> tuple[bool, Mapping[str, Json]]:
        """See Panel."""
        figures, blobs = await asyncio.gather(self._figures.answer(), self._blobs.answer())
        return figures is not None and blobs is not None, {
            "database": "ok" if figures else "away",
            "blobs": "ok" if blobs else "away",
            "elected": self._elected(),
            "last_pass": iso(self._metrics.last_pass),
            "overdue": figures.overdue if figures else None,
        }

    async def metrics(self, accept: str) -> tuple[bytes, str]:
        """See Panel. Of what is away nothing is said, and that it is."""
        figures, blobs, states, jobs = await asyncio.gather(
            self._figures.answer(), self._blobs.answer(), self._states.answer(), self._jobs.answer()
        )
        families = [
            _one("palimpsest_database_up", "Whether the database answers.", figures is not None),
            _one("palimpsest_blobs_up", "Whether the place for raw responses answers.", blobs is not None),
            _one("palimpsest_elected", "Whether this process is the elected daemon.", bool(self._elected())),
            *(_of_figures(figures) if figures else ()),
        ]
        if states is not None:
            counts = {state.value: states.get(state, 0) for state in PageState}
            families.append(_by("palimpsest_pages", "Pages by state, as of some minutes ago.", "state", counts))
        if jobs:
            families.append(_by("palimpsest_queue_jobs", "Jobs of the queue.", "status", jobs))
        encode, kind = choose_encoder(accept)
        body: bytes = encode(_beside(self._metrics.registry, families))
        return body, kind


def _of_figures(figures: Figures) -> Iterator[Metric]:
    outbox = {"waiting": figures.waiting, "dead": figures.dead}
    yield _by("palimpsest_outbox", "Notifications that are not delivered.", "state", outbox)
    yield _one("palimpsest_sources", "Sources that are watched.", figures.sources)
    yield _one("palimpsest_sources_overdue", "Sources that are overdue.", figures.overdue)
    longest = figures.longest.total_seconds()
    yield _one("palimpsest_overdue_seconds", "How late the latest of them is.", longest)
    alarms = {kind: figures.alarms.get(kind, 0) for kind in ("failing", "overdue")}
    yield _by("palimpsest_alarms", "Sources about which there is an alarm.", "kind", alarms)


def _one(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=float(value))


def _by(name: str, about: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, about, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


class _Beside(Collector):
    """What was counted, and these."""

    def __init__(self, counted: CollectorRegistry, families: Iterable[Metric]) -> None:
        self._counted = counted
        self._families = families

    def collect(self) -> Iterator[Metric]:
        yield from self._counted.collect()
        yield from self._families


def _beside(counted: CollectorRegistry, families: Iterable[Metric]) -> CollectorRegistry:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Beside(counted, families))
    return registry
