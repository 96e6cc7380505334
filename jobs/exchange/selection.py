"""What of the store is asked for: which Pages, and of them which moments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from crawler.errors import ConfigurationError, NotKnown
from crawler.model import ChangeKind, FindingKind, Json
from crawler.urls import canonical
from store import ChangeView, FindingView, Moment, Store
from store.views import iso

CHANGE_KINDS = frozenset(kind.value for kind in ChangeKind)
FINDING_KINDS = frozenset(kind.value for kind in FindingKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Pages of `sources` and those at `urls`, all where neither is named; of them what happened in these limits.

    `kinds`: only times at which a Change of one of them happened, or a Finding of one of them opened.
    """

    sources: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    kinds: frozenset[str] = frozenset()

    @property
    def whole(self) -> bool:
        """Whether the Pages that are chosen are taken with all that is kept of them."""
        return self.since is None and self.until is None and not self.kinds

    def wants(self, moment: Moment) -> bool:
        """Whether what is recorded at one time is asked for."""
        if (self.since and moment.at < self.since) or (self.until and moment.at > self.until):
            return False
        kinds = {change.kind.value for change in moment.changes} | {one.kind.value for one in moment.findings}
        return not self.kinds or not self.kinds.isdisjoint(kinds)

    def changes(self, moment: Moment) -> Iterator[ChangeView]:
        """The Changes of a time that is asked for: those of the kinds named, where kinds of Changes are."""
        kinds = self.kinds & CHANGE_KINDS
        return (change for change in moment.changes if not kinds or change.kind.value in kinds)

    def findings(self, moment: Moment) -> Iterator[FindingView]:
        """The Findings that opened then, in the same way."""
        kinds = self.kinds & FINDING_KINDS
        return (finding for finding in moment.findings if not kinds or finding.kind.value in kinds)

    def as_json(self) -> dict[str, Json]:
        """What was asked for, as the file says it."""
        return {
            "sources": list(self.sources),
            "urls": list(self.urls),
            "since": iso(self.since),
            "until": iso(self.until),
            "kinds": [*sorted(self.kinds)],
        }


def chosen(
    store: Store,
    *,
    sources: Sequence[str] = (),
    urls: Sequence[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    kinds: Sequence[str] = (),
) -> Selection:
    """The Selection of what was said on the command line.

    Raises ConfigurationError for a kind that there is none of, NotKnown for a source or a page.
    """
    for kind in kinds:
        if kind not in CHANGE_KINDS | FINDING_KINDS:
            known = ", ".join(sorted(CHANGE_KINDS | FINDING_KINDS))
            raise ConfigurationError(f"--kind {kind}: no kind of change or finding. There are: {known}")
    if since and until and since > until:
        raise ConfigurationError("--since is after --until: nothing happened in between")
    there = {str(source["name"]) for source in store.exporting.sources(sources)} if sources else set()
    for name in sources:
        if name not in there:
            raise NotKnown(f"no source named {name!r} was ever configured here; `palimpsest sources` lists them.")
    pages = tuple(dict.fromkeys(_page(store, url) for url in urls))
    return Selection(
        sources=tuple(dict.fromkeys(sources)), urls=pages, since=since, until=until, kinds=frozenset(kinds)
    )


def _page(store: Store, url: str) -> str:
    page = store.archive.page(url) or store.archive.page(canonical(url) or url)
    if page is None:
        raise NotKnown(f"{url} is not tracked; `palimpsest pages` lists what is.")
    return page.url
