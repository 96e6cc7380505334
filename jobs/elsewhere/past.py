"""What another program kept of pages, brought in as captures of the past: at their own times, by the same judge."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from crawler.errors import PalimpsestError
from crawler.model import RENDERED_BY, Json, Link, Page, Snapshot, Source
from jobs.backfill import Tell
from jobs.elsewhere.entries import Kept, Level, Past, Remark
from jobs.settling import settle
from store import Store

ORIGIN = "changedetection.io"
# Where a capture comes from, among its headers: whoever looks at it must not take it for what a server sent.
ORIGIN_HEADER = "Palimpsest-Kept-By"


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What was kept of one address, and the Source that watches it. `watched` False: it is paused."""

    source: Source
    url: str
    past: Past
    watched: bool = True


@dataclass(slots=True, kw_only=True)
class Brought:
    """What came of it: captures recorded, those already there, those a dry run would record, Versions made of them."""

    recorded: int = 0
    known: int = 0
    planned: int = 0
    versions: int = 0
    remarks: list[Remark] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Json]:
        """For programs."""
        return {"recorded": self.recorded, "known": self.known, "planned": self.planned, "versions": self.versions}


def total(histories: Sequence[History]) -> int:
    """How many captures there are to look at."""
    return sum(len(history.past.times) for history in histories)


def planned(store: Store | None, histories: Sequence[History]) -> Brought:
    """What would be brought in, and nothing is; `store` None where there is none yet."""
    brought = Brought()
    for history in histories:
        page = store.archive.page(history.url) if store else None
        for at in history.past.times:
            if store and page and store.archive.has_check(page, at):
                brought.known += 1
            else:
                brought.planned += 1
    return brought


def bring(
    store: Store, sources: Sequence[Source], histories: Sequence[History], now: datetime, tell: Tell | None = None
) -> Brought:
    """Keep what is not there yet, then tell each page's history anew. Notifies nobody; stopped, it goes on next time.

    `sources` are those that are configured; a paused one is none of them and, once this is over, not visited. Raises
    StoreError.
    """
    brought = Brought()
    paused = [history.source for history in histories if not history.watched]
    store.archive.declare([*sources, *paused], now)
    # A page belongs to the source that admitted it first, which may be another.
    owners = {source.name: source for source in (*paused, *sources)}
    done, of = itertools.count(1), total(histories)

    def hear() -> None:
        if tell:
            tell(next(done), of)

    try:
        for history in histories:
            _one(store, history, owners, now, brought, hear)
    finally:
        if paused:
            store.archive.declare(sources, now)
    return brought


def _one(
    store: Store,
    history: History,
    owners: Mapping[str, Source],
    now: datetime,
    brought: Brought,
    hear: Callable[[], None],
) -> None:
    store.archive.admit(history.source.name, [Link(url=history.url)], now)
    page = store.archive.page(history.url) or Page(url=history.url, source=history.source.name)
    for at in history.past.times:
        if store.archive.has_check(page, at):
            brought.known += 1
        elif at > now:
            where, why = f"{history.url} at {at.isoformat()}", "its time has not come yet"
            brought.remarks.append(Remark(level=Level.REFUSED, where=where, what="what was kept", why=why))
        else:
            _keep(store, page, history.past.kept(at), brought)
        hear()
    if page in store.rereading.waiting([page.source]):
        try:
            brought.versions += settle(store, owners.get(page.source, history.source), page).added
        except PalimpsestError as error:
            brought.problems.append(f"{page.url}: {error}")


def _keep(store: Store, page: Page, kept: Kept | Remark, brought: Brought) -> None:
    if isinstance(kept, Remark):
        brought.remarks.append(kept)
        return
    store.rereading.keep(page, _snapshot(page, kept))
    brought.recorded += 1


def _snapshot(page: Page, kept: Kept) -> Snapshot:
    """A text is text whatever it says; HTML was decoded by who kept it, so that its own charset holds no longer."""
    is_html = kept.content_type.startswith("text/html")
    how = (RENDERED_BY, ORIGIN) if is_html else ("X-Content-Type-Options", "nosniff")
    return Snapshot(
        url=page.url,
        final_url=page.url,
        status=200,
        headers=(("Content-Type", kept.content_type), how, (ORIGIN_HEADER, ORIGIN)),
        body=kept.body,
        fetched_at=kept.at,
    )
