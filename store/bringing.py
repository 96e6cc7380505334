"""Many captures of the past kept at once, inside a transaction that the caller holds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from crawler.model import Link, Page, Snapshot
from store import admission
from store.adding import expect
from store.keeping import Keeping
from store.later import not_tracked
from store.recording import write_page
from store.responses import KeptResponse
from store.rows import key_of, response_values
from store.tables import PageRow, SourceRow
from store.visits import keep, known_times


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What became of captures: how many were kept, how many were there already, and the pages admitted for them."""

    recorded: int = 0
    known: int = 0
    admitted: int = 0

    def added_to(self, counts: Mapping[str, int]) -> dict[str, int]:
        """These counts with what this brought."""
        return {**counts, **{name: counts.get(name, 0) + number for name, number in asdict(self).items()}}


# With a body of its own, or with that of one that is kept already or is kept with it.
Capture = Snapshot | KeptResponse


def bring(session: Session, keeping: Keeping, captures: Sequence[tuple[Page, Capture]], now: datetime) -> Kept:
    """Admits the pages that are not known and keeps every capture that is not there yet; see `Rereading.keep_many`."""
    admitted = _admit(session, {page.url: page for page, _ in captures}.values(), now)
    ids = _locked(session, {page.url for page, _ in captures})
    known = known_times(session, ids.values(), {snapshot.fetched_at for _, snapshot in captures})
    expect(session, len(captures))
    last: dict[int, str] = {}
    added: Counter[str] = Counter()
    # Each body is written against the one before it, of which there is most to be had in the order of their times.
    for page, snapshot in sorted(captures, key=lambda one: (one[0].url, one[1].fetched_at)):
        number = ids[page.url]
        if (number, snapshot.fetched_at) in known:
            continue
        known.add((number, snapshot.fetched_at))
        if isinstance(snapshot, Snapshot):
            keeping.within(session, snapshot, last.get(number, ""))
        last[number] = snapshot.digest
        size = len(snapshot.body) if isinstance(snapshot, Snapshot) else snapshot.size
        keep(session, number, response_values(number, snapshot, size))
        added[page.url] += 1
    for url, checks in added.items():
        write_page(session, url, {"waiting": True}, checks=checks)
    recorded = added.total()
    return Kept(recorded=recorded, known=len(captures) - recorded, admitted=admitted)


def _admit(session: Session, pages: Iterable[Page], now: datetime) -> int:
    by_source: defaultdict[str, list[Link]] = defaultdict(list)
    for page in pages:
        by_source[page.source].append(Link(url=page.url))
    return sum(
        len(admission.admit(session, session.get_one(SourceRow, name), links, now)) for name, links in by_source.items()
    )


def _locked(session: Session, urls: Iterable[str]) -> dict[str, int]:
    """The numbers of the pages, whose rows are locked in the order of these."""
    keys = {key_of(url): url for url in urls}
    query = select(PageRow.key, PageRow.id).where(col(PageRow.key).in_(keys)).order_by(col(PageRow.id))
    found = {keys[key]: number or 0 for key, number in session.exec(query.with_for_update())}
    for url in keys.values():
        if url not in found:
            raise not_tracked(url)
    return found
