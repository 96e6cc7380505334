"""Searching what all Versions say, and making it findable: an index of numbers (words.py) on either database.

Recording a Version only notes that it is not indexed; `index` catches up, slice by slice. What the index finds is read
before it is told, so that an index can be behind but never wrong.

SQLite: FTS5, which walks its lists from either end and stops. PostgreSQL: a GIN index, which cannot: a word of every
tenth Version would be half a million rows to sort. There each number is mixed with the era of its Version, so that one
look-up finds what one era has, and eras are asked from the newest on, or from the oldest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Engine, text
from sqlmodel import Session, col, delete, func, select

from crawler.errors import ConfigurationError
from crawler.model import Json
from store.engine import reading, writing
from store.tables import PageRow, UnindexedRow, VersionRow
from store.views import iso
from store.words import Asked, number_of_source, numbers_of

# Versions of one era: as many rows as can be sorted in no time, few enough eras to ask them all.
ERA = 1 << 14
SLICE = 200
# Candidates that are read at a time, and for one answer, where many of them do not say it after all.
_READ, _MOST_READ = 25, 150
_FTS_INSERT = text("INSERT INTO version_words (rowid, words) VALUES (:id, :words)")
_FTS_DELETE = text("INSERT INTO version_words (version_words, rowid, words) VALUES ('delete', :id, :words)")
_FTS_FIND = (
    "SELECT rowid FROM version_words WHERE version_words MATCH :words AND rowid > :after AND rowid < :before"
    " ORDER BY rowid {} LIMIT :most"
)
_GIN_INSERT = text("INSERT INTO version_words (version_id, words) VALUES (:id, CAST(:words AS integer[]))")
_GIN_DELETE = text("DELETE FROM version_words WHERE version_id = ANY(:ids)")
_GIN_FIND = (
    "SELECT found.version_id FROM unnest(CAST(:marks AS integer[])) AS era(mark) CROSS JOIN LATERAL ("
    " SELECT version_id FROM version_words WHERE words @> ("
    " SELECT array_agg(number # era.mark) FROM unnest(CAST(:numbers AS integer[])) AS asked(number))"
    # Out here, or the planner fetches half the table by its key, once for every era.
    " OFFSET 0) AS found WHERE found.version_id > :after AND found.version_id < :before"
    " ORDER BY found.version_id {} LIMIT :most"
)
# Each by whether the newest are asked for first.
_FTS_WALK, _GIN_WALK = (
    {True: text(find.format("DESC")), False: text(find.format("ASC"))} for find in (_FTS_FIND, _GIN_FIND)
)
_PLACE = select(VersionRow, PageRow.url, PageRow.source).join(PageRow, col(VersionRow.page_id) == col(PageRow.id))


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundVersion:
    """A Version that says what was asked for, and the place where. What was recorded before it has a lower `id`."""

    id: int
    page: str
    source: str
    version: int
    seen_at: datetime
    title: str | None
    snippet: str

    def as_json(self) -> dict[str, Json]:
        """The object of `search --json`."""
        return {
            "page": self.page,
            "source": self.source,
            "version": self.version,
            "seen_at": iso(self.seen_at),
            "title": self.title,
            "snippet": self.snippet,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundVersions:
    """A page of an answer, which may hold none or few; `before` asks for the next one, None: there is no more.

    Where the oldest come first it is `after` that does.
    """

    versions: tuple[FoundVersion, ...]
    before: int | None = None
    after: int | None = None

    @property
    def next(self) -> int | None:
        """Whichever of the two it is."""
        return self.before if self.after is None else self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    """Which Versions are looked through, by their numbers: those between the two, from which end on."""

    after: int
    before: int
    newest_first: bool

    def behind(self, version: int) -> _Walk:
        """What is left of it behind that one."""
        return replace(self, before=version) if self.newest_first else replace(self, after=version)

    def answer(self, versions: Sequence[FoundVersion], last: int | None = None) -> FoundVersions:
        """What was found, to be gone on with behind the last that was looked at, if that is not the end."""
        before, after = (last, None) if self.newest_first else (None, last)
        return FoundVersions(versions=tuple(versions), before=before, after=after)


def search(
    engine: Engine,
    query: str,
    *,
    source: str | None,
    limit: int,
    before: int | None,
    after: int | None,
    newest_first: bool,
) -> FoundVersions:
    """See `History.search`."""
    asked = Asked(query)
    if not asked.numbers:
        raise ConfigurationError(f"{query!r} cannot be looked up: give two characters of Chinese or more, or a word.")
    needed = sorted(asked.numbers | (set() if source is None else {number_of_source(source)}))
    found: list[FoundVersion] = []
    read = 0
    number = col(VersionRow.id)
    placed = _PLACE.order_by(number.desc() if newest_first else number)
    with reading(engine) as session:
        newest = session.exec(select(func.max(number))).one() or 0
        end = newest + 1 if before is None else min(before, newest + 1)
        walk = _Walk(after=after or 0, before=end, newest_first=newest_first)
        for ids in _candidates(session, needed, walk, max(limit, _READ)):
            for row, url, name in session.exec(placed.where(number.in_(ids))):
                snippet = asked.found(row.article)
                if snippet is not None and source in (None, name):
                    found.append(_found(row, url, name, snippet))
                if len(found) == limit:
                    return walk.answer(found, row.id)
            read += len(ids)
            if read >= _MOST_READ:
                return walk.answer(found, ids[-1])
    return walk.answer(found)


def index(engine: Engine, most: int) -> int:
    """See `Archive.index`."""
    done = 0
    while done < most and (taken := _index_slice(engine, min(SLICE, most - done))):
        done += taken
    return done


def unindexed(engine: Engine) -> int:
    """How many Versions wait to be indexed."""
    with reading(engine) as session:
        return session.exec(select(func.count()).select_from(UnindexedRow)).one()


# ---- finding -----------------------------------------------------------------------------------------------------


def _candidates(session: Session, needed: Sequence[int], walk: _Walk, most: int) -> Iterator[list[int]]:
    """Numbers of Versions that have all of these, in the order of the walk, so many at a time."""
    if session.get_bind().dialect.name == "postgresql":
        yield from _by_era(session, needed, walk, most)
        return
    words = " AND ".join(_words(needed).split())
    find = _FTS_WALK[walk.newest_first]
    between = {"words": words, "most": most}
    while ids := list(session.scalars(find, {**between, "after": walk.after, "before": walk.before})):
        yield ids
        walk = walk.behind(ids[-1])


def _by_era(session: Session, needed: Sequence[int], walk: _Walk, most: int) -> Iterator[list[int]]:
    find = _GIN_WALK[walk.newest_first]
    for eras in _eras(walk):
        asked = {"marks": [_mark(one) for one in eras], "numbers": list(needed), "most": most}
        # Mixed with one mark, a number may be that of another word with another: what is of no such era is no answer.
        after, before = max(walk.after, eras.start * ERA - 1), min(walk.before, eras.stop * ERA)
        within = replace(walk, after=after, before=before)
        while ids := list(session.scalars(find, {**asked, "after": within.after, "before": within.before})):
            yield ids
            within = within.behind(ids[-1])
            if len(ids) < most:
                break


def _eras(walk: _Walk) -> Iterator[range]:
    """The eras of a walk in its order. What one does not have, a few more may; what those do not have is rare."""
    eras = range((walk.after + 1) // ERA, (walk.before - 1) // ERA + 1)
    count = 1
    while eras:
        if walk.newest_first:
            yield eras[-count:]
            eras = eras[:-count]
        else:
            yield eras[:count]
            eras = eras[count:]
        count *= 4


def _found(row: VersionRow, url: str, source: str, snippet: str) -> FoundVersion:
    return FoundVersion(
        id=row.id or 0,
        page=url,
        source=source,
        version=row.number,
        seen_at=row.seen_at,
        title=row.title,
        snippet=snippet,
    )


# ---- indexing ----------------------------------------------------------------------------------------------------


def _index_slice(engine: Engine, most: int) -> int:
    """Indexes up to so many Versions in one transaction; how many waited."""
    taken = select(UnindexedRow).order_by(col(UnindexedRow.version_id)).limit(most)
    with writing(engine) as session:
        waiting = session.exec(taken.with_for_update(skip_locked=True)).all()
        if not waiting:
            return 0
        ids = [row.version_id for row in waiting]
        of = select(PageRow.id, PageRow.source).where(col(PageRow.id).in_({row.page_id for row in waiting}))
        sources: dict[int | None, str] = dict(session.exec(of).all())
        now = dict(session.exec(select(VersionRow.id, VersionRow.article).where(col(VersionRow.id).in_(ids))).all())
        old = {row.version_id: numbers_of(row.was, sources[row.page_id]) for row in waiting if row.was is not None}
        page_of = {row.version_id: row.page_id for row in waiting}
        new = {one: numbers_of(says, sources[page_of[one]]) for one, says in now.items() if one is not None}
        _replace(session, ids, old, new)
        session.execute(delete(UnindexedRow).where(col(UnindexedRow.version_id).in_(ids)))
    return len(ids)


def _replace(session: Session, ids: list[int], old: dict[int, set[int]], new: dict[int, set[int]]) -> None:
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(_GIN_DELETE, {"ids": ids})
        rows = [{"id": one, "words": in_era(one, found)} for one, found in new.items()]
        if rows:
            connection.execute(_GIN_INSERT, rows)
        return
    for statement, texts in ((_FTS_DELETE, old), (_FTS_INSERT, new)):
        rows = [{"id": one, "words": _words(found)} for one, found in texts.items()]
        if rows:
            connection.execute(statement, rows)


def in_era(version: int, found: Iterable[int]) -> list[int]:
    """The numbers that a Version is found by, mixed with its era."""
    mark = _mark(version // ERA)
    return sorted(number ^ mark for number in found)


def _mark(era: int) -> int:
    """What an era's numbers are mixed with: 32 bits with a sign, and 0 for none of them."""
    mixed = (era + 1) * 0x9E3779B1 & 0xFFFFFFFF
    return (mixed ^ 0x80000000) - 0x80000000


def _words(found: Iterable[int]) -> str:
    """The numbers as words of letters and digits, which FTS5 needs no quotes for."""
    return " ".join(f"x{number & 0xFFFFFFFF:x}" for number in sorted(found))
