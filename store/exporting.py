"""Everything that is kept, Page by Page: for whoever takes it out of here.

Pages are read some at a time by their number, and what is large of a Page (its Articles, the headers of its responses)
some Versions at a time: however much there is, little of it is held at once. A Page is read as it was at one moment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Engine, func
from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from crawler.model import Json, Version
from store.blobs import BlobStore
from store.carrying import carried
from store.engine import reading
from store.kept import KeptPage, Moment
from store.linking import FormerLinkRow
from store.marks import FindingMarkRow
from store.responses import KeptResponse, response_of
from store.rows import article_of, key_of, row_id
from store.showing import change_view, check_view, finding_view, page_view
from store.tables import (
    AttachmentRow,
    ChangeRow,
    CheckRow,
    FindingRow,
    PageRow,
    SnapshotRow,
    SourceEventRow,
    SourceRow,
    VersionRow,
)
from store.views import ChangeView, FindingView

# Rows of Checks and Versions that are looked at together, and how many of their Articles are held at once.
_TOGETHER, _PAGES, _HEAVY = 2000, 200, 100


class Exporting:
    """The part of a Store that gives out everything. Methods may be called from any thread."""

    def __init__(self, engine: Engine, blobs: BlobStore) -> None:
        self._engine = engine
        self._blobs = blobs

    def sources(self, names: Collection[str] | None = None) -> Iterator[dict[str, Json]]:
        """How each source stands (of those named), by name, as plain JSON."""
        query = select(SourceRow).order_by(col(SourceRow.name))
        if names is not None:
            query = query.where(col(SourceRow.name).in_(list(names)))
        with reading(self._engine) as session:
            yield from [carried(row) for row in session.exec(query)]

    def events(self, names: Collection[str] | None = None) -> Iterator[dict[str, Json]]:
        """What happened to whole sources (of those named), in its order, as plain JSON."""
        query = select(SourceEventRow).order_by(col(SourceEventRow.at), col(SourceEventRow.id))
        if names is not None:
            query = query.where(col(SourceEventRow.source).in_(list(names)))
        with reading(self._engine) as session:
            yield from [carried(row, "id") for row in session.exec(query)]

    def sources_of(self, urls: Collection[str]) -> tuple[str, ...]:
        """The names of the sources that own these pages."""
        with reading(self._engine) as session:
            return tuple(session.exec(select(PageRow.source).where(*_chosen((), urls)).distinct()))

    def count(self, sources: Collection[str] = (), urls: Collection[str] = ()) -> tuple[int, int]:
        """How many Versions and how many Checks the Pages have that `pages` gives."""
        versions, checks = func.sum(PageRow.versions), func.sum(PageRow.checks)
        with reading(self._engine) as session:
            found = session.exec(select(versions, checks).where(*_chosen(sources, urls))).one()
            return int(found[0] or 0), int(found[1] or 0)

    def pages(
        self, sources: Collection[str] = (), urls: Collection[str] = (), *, articles: bool = True
    ) -> Iterator[KeptPage]:
        """The Pages of these sources and those of these URLs, every one where neither is named, as they were admitted.

        Without `articles`, Versions come without what they say.
        """
        last = 0
        while True:
            with reading(self._engine) as session:
                _as_of_now(session)
                rows = _batch(session.exec(_after(last, sources, urls)).all())
                if not rows:
                    return
                last = row_id(rows[-1])
                lights = _Lights(session, [row_id(row) for row in rows])
                session.expunge_all()
                for row in rows:
                    yield _kept(session, row, lights, articles)

    def body(self, digest: str) -> bytes:
        """The body of a kept response. Raises BlobCorrupt."""
        return self._blobs.get(digest)


def _chosen(sources: Collection[str], urls: Collection[str]) -> list[ColumnElement[bool]]:
    named = []
    if sources:
        named.append(col(PageRow.source).in_(list(sources)))
    if urls:
        named.append(col(PageRow.key).in_([key_of(url) for url in urls]))
    return [or_(*named)] if named else []


def _after(last: int, sources: Collection[str], urls: Collection[str]) -> SelectOfScalar[PageRow]:
    query = select(PageRow).where(col(PageRow.id) > last, *_chosen(sources, urls))
    return query.order_by(col(PageRow.id)).limit(_PAGES)


def _as_of_now(session: Session) -> None:
    """All that the session reads is of one moment, as it is on SQLite anyhow."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _batch(rows: Sequence[PageRow]) -> list[PageRow]:
    """So many of them as have few enough rows together, and one in any case."""
    taken: list[PageRow] = []
    weight = 0
    for row in rows:
        weight += row.versions + row.checks
        if taken and weight > _TOGETHER:
            break
        taken.append(row)
    return taken


class _Head(NamedTuple):
    """A Version without what it says."""

    id: int
    page_id: int
    number: int
    seen_at: datetime
    snapshot_id: int
    rules: str
    digest: str
    link: str = ""


# Its place in a chain of digests comes along where the table has it.
_HEAD = tuple(col(getattr(VersionRow, name)) for name in _Head._fields if hasattr(VersionRow, name))


class _Lights:
    """Of some pages what takes little room: everything but Articles and responses, by the page's number."""

    def __init__(self, session: Session, pages: Sequence[int]) -> None:
        def of(table: Any, *order: Any) -> dict[int, list[Any]]:  # noqa: ANN401 - a class of rows, its columns
            found = session.exec(select(table).where(col(table.page_id).in_(pages)).order_by(*map(col, order)))
            return _by_page(found)

        heads = session.connection().execute(
            select(*_HEAD).where(col(VersionRow.page_id).in_(pages)).order_by(col(VersionRow.number))
        )
        self.versions = _by_page(_Head(*row) for row in heads)
        self.checks = of(CheckRow, CheckRow.at, CheckRow.id)
        self.changes = of(ChangeRow, ChangeRow.at, ChangeRow.id)
        self.findings = of(FindingRow, FindingRow.opened_at, FindingRow.id)
        self.files = of(AttachmentRow, AttachmentRow.id)
        self.marks = of(FindingMarkRow, FindingMarkRow.id)
        self.former_links = of(FormerLinkRow, FormerLinkRow.id)
        responses = select(SnapshotRow.page_id, SnapshotRow.id, SnapshotRow.fetched_at)
        found = session.exec(responses.where(col(SnapshotRow.page_id).in_(pages)).order_by(col(SnapshotRow.id)))
        self.responses: dict[int, list[tuple[int, datetime]]] = defaultdict(list)
        for page, number, at in found:
            self.responses[page].append((number or 0, at))


def _by_page(rows: Any) -> dict[int, list[Any]]:  # noqa: ANN401 - rows of any table that have a page
    by_page: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        by_page[row.page_id].append(row)
    return by_page


@dataclass(slots=True)
class _Sketch:
    """A moment before what is large of it is read; the numbers of the rows of its responses."""

    at: datetime
    check: CheckRow | None = None
    head: _Head | None = None
    response: int | None = None
    changes: list[ChangeView] = field(default_factory=list)
    findings: list[FindingView] = field(default_factory=list)


def _kept(session: Session, row: PageRow, lights: _Lights, articles: bool) -> KeptPage:
    number = row_id(row)
    sketches = _sketches(row, lights)
    heads = {head.seen_at: head.number for head in lights.versions.get(number, ())}
    return KeptPage(
        page=page_view(row),
        standing=carried(row, "id", "key", "host"),
        files=tuple(carried(file, "id", "page_id", "key") for file in lights.files.get(number, ())),
        marks=tuple(carried(mark, "id", "page_id") for mark in lights.marks.get(number, ())),
        former_links=tuple(carried(link, "id", "page_id") for link in lights.former_links.get(number, ())),
        moments=_moments(session, iter(sketches), heads, articles),
    )


def _sketches(row: PageRow, lights: _Lights) -> list[_Sketch]:
    """All that is recorded of a page, put together by its times."""
    page_id = row_id(row)
    heads, checks = lights.versions.get(page_id, []), lights.checks.get(page_id, [])
    numbers = {head.id: head.number for head in heads}
    sketches = [_Sketch(check.at, check=check, response=check.snapshot_id) for check in checks]
    by_time: dict[datetime, _Sketch] = {}
    for sketch in sketches:
        by_time.setdefault(sketch.at, sketch)

    def at(time: datetime) -> _Sketch:
        if time not in by_time:
            by_time[time] = _Sketch(time)
            sketches.append(by_time[time])
        return by_time[time]

    for head in heads:
        if (sketch := at(head.seen_at)).head is None:
            sketch.head = head
        else:
            sketches.append(_Sketch(head.seen_at, head=head))
    for change in lights.changes.get(page_id, []):
        sides = numbers.get(change.before_id), numbers.get(change.after_id)
        at(change.at).changes.append(change_view(change, row, *sides))
    for finding in lights.findings.get(page_id, []):
        at(finding.opened_at).findings.append(finding_view(finding, row, numbers.get(finding.version_id)))
    named = {sketch.response for sketch in sketches} | {head.snapshot_id for head in heads}
    # What no Check brought: the files behind the page's links.
    sketches += [_Sketch(time, response=one) for one, time in lights.responses.get(page_id, ()) if one not in named]
    return sorted(sketches, key=lambda sketch: sketch.at)


def _moments(
    session: Session, sketches: Iterator[_Sketch], numbers: dict[datetime, int], articles: bool
) -> Iterator[Moment]:
    while some := list(islice(sketches, _HEAVY)):
        heads = [sketch.head for sketch in some if sketch.head is not None]
        said: dict[int, Any] = {}
        if articles and heads:
            wanted = select(VersionRow).where(col(VersionRow.id).in_([head.id for head in heads]))
            said = {row_id(row): row for row in session.exec(wanted)}
        named = {sketch.response for sketch in some} | {head.snapshot_id for head in heads}
        query = select(SnapshotRow).where(col(SnapshotRow.id).in_([one for one in named if one is not None]))
        responses = {row_id(row): response_of(row) for row in session.exec(query)}
        session.expunge_all()
        for sketch in some:
            yield _moment(sketch, responses, said, numbers)


def _moment(
    sketch: _Sketch,
    responses: Mapping[int, KeptResponse],
    said: Mapping[int, VersionRow],
    numbers: dict[datetime, int],
) -> Moment:
    response = None if sketch.response is None else responses.get(sketch.response)
    head, version, read_from = sketch.head, None, None
    if head is not None:
        read_from, row = responses[head.snapshot_id], said.get(head.id)
        article = article_of(row.article if row is not None else {"kind": "article"})
        version = Version(
            number=head.number,
            seen_at=head.seen_at,
            article=article,
            snapshot_digest=read_from.digest,
            rules=head.rules,
        )
    digest = response.digest if response is not None else None
    return Moment(
        at=sketch.at,
        check=None if sketch.check is None else check_view(sketch.check, digest, numbers),
        version=version,
        article_digest="" if head is None else head.digest,
        link="" if head is None else head.link or "",
        response=response,
        read_from=read_from,
        changes=tuple(sketch.changes),
        findings=tuple(sketch.findings),
    )
