"""What a process counts as it goes, for Prometheus. Every label has few values, and none is of a page or a source."""

from __future__ import annotations

from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from crawler.fetch import Fetcher
from crawler.fetch.face import spent
from crawler.model import FetchRequest, FetchResult, FindingKind, Outcome, Severity, Snapshot
from jobs.check import Checked, Clock
from jobs.sweep import Event
from jobs.told import Say, Told

# Seconds: servers answer within one, those that struggle within the deadline of a visit.
BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Metrics:
    """The counters of one process, fed by what the daemon and the workers hear and tell anyway."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._checks = Counter("palimpsest_checks", "Visits to pages.", ["outcome"], registry=registry)
        self._entries = Counter("palimpsest_entries", "Visits to entries of sources.", ["result"], registry=registry)
        self._changes = Counter("palimpsest_changes", "Changes recorded.", ["kind"], registry=registry)
        labels = ["kind", "severity"]
        self._findings = Counter("palimpsest_findings_opened", "Findings that opened.", labels, registry=registry)
        self._seconds = Histogram(
            "palimpsest_visit_seconds",
            "Time spent with the servers of one visit; waiting for a host's turn is left out.",
            buckets=BUCKETS,
            registry=registry,
        )
        self._bytes = Counter("palimpsest_fetched_bytes", "Bodies received, as they are kept.", registry=registry)
        self._told = Counter("palimpsest_log_events", "Lines of the log.", ["event"], registry=registry)
        self._last = Gauge("palimpsest_last_pass_timestamp_seconds", "When a pass last ended.", registry=registry)
        self.last_pass: datetime | None = None
        for outcome in Outcome:
            # From the start: what appears only once it has happened cannot be told from what is missing.
            self._checks.labels(outcome.value)

    def visited(self, event: Event) -> None:
        """One visit was recorded."""
        if not isinstance(event, Checked):
            self._entries.labels("failed" if event.discovered.problem else "ok").inc()
            return
        self._checks.labels(event.verdict.outcome.value).inc()
        for change in event.recorded.changes:
            self._changes.labels(change.kind.value).inc()
        for finding in event.recorded.opened:
            self._findings.labels(FindingKind(finding.kind).value, Severity(finding.severity).value).inc()

    def hearing(self, say: Say, clock: Clock) -> Say:
        """What says a line and counts it."""

        def said(line: Told) -> None:
            self._told.labels(line.event).inc()
            if line.event == "pass":
                self.last_pass = now = clock()
                self._last.set(now.timestamp())
            say(line)

        return said

    def fetched(self, result: FetchResult, seconds: float) -> None:
        """Something was asked for."""
        self._seconds.observe(seconds)
        if isinstance(result, Snapshot):
            self._bytes.inc(len(result.body))


class MeteredFetcher:
    """A Fetcher that counts what goes through it."""

    def __init__(self, inner: Fetcher, metrics: Metrics) -> None:
        self._inner = inner
        self._metrics = metrics

    async def fetch(self, request: FetchRequest, now: datetime) -> FetchResult:
        """See Fetcher."""
        before = spent.get()
        result = await self._inner.fetch(request, now)
        self._metrics.fetched(result, spent.get() - before)
        return result

    def pause(self, url: str) -> float:
        """See Fetcher."""
        return self._inner.pause(url)

    async def aclose(self) -> None:
        """See Fetcher."""
        await self._inner.aclose()
