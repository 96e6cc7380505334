"""Putting in what was kept elsewhere: a Page that is not here whole and as it was, and of one that is, what it lacks.

Each `taking` is one transaction. Nothing that is stored already is changed: what is new of a Page that is here goes in
as captures of the past, and its history is told anew with them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, get_args

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from crawler.errors import StoreBusy
from crawler.model import Outcome, Page, PageState, Snapshot, SourceKind, ToldFinding
from store.adding import add, keep_number
from store.base import table_of
from store.blobs import BlobStore
from store.carrying import values_for
from store.engine import writing
from store.keeping import Keeping
from store.kept import Given, Numbered
from store.linking import FormerLinkRow
from store.marks import FindingMarkRow, MarkState
from store.noise import noise_of
from store.recording import page_row
from store.rows import finding_values, host_of, key_of, row_id, snapshot_values
from store.tables import AttachmentRow, CheckRow, FindingRow, PageRow, SnapshotRow, SourceEventRow, SourceRow
from store.timeline import Timeline
from store.views import CheckView
from store.visits import WAITS


class Misfit(ValueError):
    """What was given does not go with what is here; nothing of it was written."""


class Importing:
    """The part of a Store that takes in what another one gave out."""

    def __init__(self, engine: Engine, blobs: BlobStore) -> None:
        self._engine = engine
        self._keeping = Keeping(engine, blobs)

    @contextmanager
    def taking(self, *, dry_run: bool = False) -> Iterator[Taking]:
        """One transaction; of a `dry_run` nothing stays. Raises StoreFull, StoreBusy."""
        try:
            with writing(self._engine) as session:
                yield Taking(session, self._keeping, dry_run)
                if dry_run:
                    session.rollback()
        except IntegrityError as error:
            raise StoreBusy("another process brought in the same pages meanwhile; start it again.") from error


class Taking:
    """What can be put in within one transaction. What does not fit raises ValueError, and nothing of it is written."""

    def __init__(self, session: Session, keeping: Keeping, dry_run: bool) -> None:
        self.session = session
        self._keeping = keeping
        self._dry_run = dry_run

    def source(self, said: Mapping[str, Any]) -> bool:
        """A source as it stood elsewhere; False where one of that name is here, which stays as it is."""
        values = values_for(SourceRow, said)
        if values.get("kind") not in {None, *get_args(SourceKind)}:
            raise ValueError(f"kind: there is no {values['kind']!r}")
        try:
            noise_of(values.get("noise", []))
        except (TypeError, KeyError, ValueError, AttributeError):
            raise ValueError("noise: cannot be read") from None
        if self.session.get(SourceRow, values["name"]) is not None:
            return False
        self.session.add(SourceRow(**values))
        self.session.flush()
        return True

    def event(self, said: Mapping[str, Any]) -> bool:
        """What happened to a source as a whole; False where that is here."""
        values = values_for(SourceEventRow, said, "id")
        same = [col(getattr(SourceEventRow, name)) == values[name] for name in ("source", "at", "signature")]
        if self.session.exec(select(SourceEventRow.id).where(*same)).first() is not None:
            return False
        self._bare_source(values["source"], "")
        self.session.add(SourceEventRow(**values))
        self.session.flush()
        return True

    def page(self, page: Page, said: Mapping[str, Any]) -> FreshPage | None:
        """A Page as it stood elsewhere, to be filled; None where it is here."""
        if self._has(page):
            return None
        values = values_for(PageRow, said, "id", "key", "host", "url", "source")
        PageState(values["state"])
        row = PageRow(key=key_of(page.url), host=host_of(page.url), url=page.url, source=page.source, **values)
        files = [values_for(AttachmentRow, file, "id", "page_id", "key") for file in _listed(said, "files")]
        marks = [values_for(FindingMarkRow, mark, "id", "page_id") for mark in _listed(said, "marks")]
        links = [values_for(FormerLinkRow, link, "id", "page_id") for link in _listed(said, "former_links")]
        for mark in marks:
            MarkState(mark["state"])
        if len({file["url"] for file in files}) < len(files):
            raise ValueError("files: the same one twice")
        self._bare_source(page.source, page.url)
        self.session.add(row)
        self.session.flush()
        for file in files:
            self.session.add(AttachmentRow(page_id=row_id(row), key=key_of(file["url"]), **file))
        self.session.add_all(FindingMarkRow(page_id=row_id(row), **mark) for mark in marks)
        self.session.add_all(FormerLinkRow(page_id=row_id(row), **link) for link in links)
        return FreshPage(self, row)

    def known_page(self, page: Page, now: datetime) -> KnownPage:
        """A Page that is here, admitted now where it is not, to be given what it lacks."""
        new = not self._has(page)
        if new:
            self._bare_source(page.source, page.url)
            self.session.add(
                PageRow(
                    key=key_of(page.url),
                    url=page.url,
                    source=page.source,
                    host=host_of(page.url),
                    state=PageState.LIVE.value,
                    admitted_at=now,
                    next_check=now,
                )
            )
            self.session.flush()
        return KnownPage(self, page_row(self.session, page.url, lock=True), admitted=new)

    def keep_body(self, snapshot: Snapshot, like: str) -> None:
        """The body of a response whose row is to name it."""
        if not self._dry_run:
            self._keeping.ahead(snapshot, like)
            self._keeping.within(self.session, snapshot, like)

    def _has(self, page: Page) -> bool:
        return self.session.exec(select(PageRow.id).where(PageRow.key == key_of(page.url))).first() is not None

    def _bare_source(self, name: str, url: str) -> None:
        """A source of which nothing is known but that a Page is its own: not watched until it is configured."""
        if self.session.get(SourceRow, name) is None:
            self.session.add(SourceRow(name=name, url=url, active=False))
            self.session.flush()


def _listed(said: Mapping[str, Any], name: str) -> list[Any]:
    if not isinstance(listed := said.get(name, []), list):
        raise ValueError(f"{name}: is no list")
    return listed


class FreshPage:
    """A Page that was not here, while it is put together as it was."""

    def __init__(self, taking: Taking, row: PageRow) -> None:
        self._taking = taking
        self._row = row
        self._session = taking.session
        self._page_id = row_id(row)
        self._promised = row.versions, row.checks
        self._timeline = Timeline.load(self._session, self._page_id, row.url)
        self._versions: list[int] = []
        self._visits, self._rows = 0, 0
        self._like = ""

    @property
    def versions(self) -> int:
        """How many Versions it has by now."""
        return len(self._versions)

    def put(self, given: Given) -> None:
        """What comes next of it. Raises Misfit where that does not follow what came before."""
        if amiss := self.amiss(given):
            raise Misfit(amiss)
        snapshot_id = None if given.snapshot is None else self._response(given.snapshot)
        read_from = snapshot_id if given.read_from is None else self._response(given.read_from)
        if given.check is not None:
            self._add_check(given.check, snapshot_id)
        shown = given.read_from or given.snapshot
        if given.version is not None and shown is not None and read_from is not None:
            self._timeline.insert(given.version, shown, read_from, given.at)
            assert self._timeline.current is not None  # noqa: S101 - it was just put there
            self._versions.append(self._timeline.current.id)
        for change in given.changes:
            self._timeline.add_change(change.it, given.at, number=change.number)
        self._timeline.before = self._timeline.current
        for told in given.findings:
            self._add_finding(told)

    def finish(self, *, whole: bool) -> bool:
        """All that is to come has come; whether the Page is now as it was, `whole` where nothing of it was left out.

        Where it is not, it waits for its history to be told anew from what there is.
        """
        whole = whole and self._promised == (len(self._versions), self._visits)
        if not whole:
            self._row.versions, self._row.checks, self._row.waiting = len(self._versions), self._visits, self._rows > 0
        self._session.add(self._row)
        self._session.flush()
        return whole

    def amiss(self, given: Given) -> str:
        """Why what is given does not come next; "" where it does."""
        now = len(self._versions)
        then = now if given.version is None else now + 1
        if given.version is not None and given.number != then:
            return f"version {given.number} does not follow version {now}"
        if given.version is not None and given.snapshot is None and given.read_from is None:
            return "a version without the response that it was read from"
        for change in given.changes:
            if not {change.it.before, change.it.after} <= {now, then}:
                return f"change {change.it.address} at version {then}"
        for told in given.findings:
            if told.it.version > then:
                return f"a finding at version {told.it.version}, before there is one"
        return ""

    def _response(self, snapshot: Snapshot) -> int:
        """The number of its row; a Version may be read from a response that also came by itself."""
        mine = select(SnapshotRow.id).where(
            SnapshotRow.page_id == self._page_id,
            col(SnapshotRow.fetched_at) == snapshot.fetched_at,
            SnapshotRow.digest == snapshot.digest,
            SnapshotRow.url == snapshot.url,
        )
        found = self._session.exec(mine).first()
        if found is not None:
            return found
        self._taking.keep_body(snapshot, self._like)
        if snapshot.url == self._row.url:
            self._like = snapshot.digest
        return add(self._session, SnapshotRow, snapshot_values(self._page_id, snapshot))

    def _add_check(self, check: CheckView, snapshot_id: int | None) -> None:
        values: dict[str, object] = {
            "page_id": self._page_id,
            "snapshot_id": snapshot_id,
            "at": check.at,
            "outcome": check.outcome.value,
            "status": check.status,
            "detail": check.detail,
            "past": check.past,
            "times": check.times,
        }
        add(self._session, CheckRow, values)
        self._rows += 1
        self._visits += check.times

    def _add_finding(self, numbered: Numbered[ToldFinding]) -> None:
        told, had = numbered.it, keep_number(self._session, FindingRow, numbered.number)
        # Nothing is before the first: a Page may never have been an article.
        version_id = self._versions[told.version - 1] if told.version else None
        life = {"version_id": version_id, "opened_at": told.opened_at, "resolved_at": told.resolved_at}
        add(self._session, FindingRow, {**had, "page_id": self._page_id, **life, **finding_values(told.finding)})


class KnownPage:
    """A Page that is here, while it is given what it lacks; `admitted` just now, or before."""

    def __init__(self, taking: Taking, row: PageRow, *, admitted: bool) -> None:
        self.admitted = admitted
        self._taking = taking
        self._row = row

    def put(self, given: Given) -> bool | None:
        """Keeps the response of that time as a capture of the past; False where it is here, None where there is none.

        Raises Misfit where another response of exactly this time is here.
        """
        session, page_id = self._taking.session, row_id(self._row)
        if given.check is None:
            return None
        here = _digests(session, page_id, given.at)
        if here:
            if given.snapshot is not None and given.snapshot.digest not in here:
                raise Misfit("another response of exactly this time is kept; that one stays")
            return False
        if given.snapshot is None or given.snapshot.fetched_at != given.at:
            return None
        self._taking.keep_body(given.snapshot, "")
        check: dict[str, object] = {
            "page_id": page_id,
            "snapshot_id": add(session, SnapshotRow, snapshot_values(page_id, given.snapshot)),
            "at": given.at,
            "outcome": Outcome.FAILED.value,
            "status": given.snapshot.status,
            "detail": WAITS,
            "past": True,
        }
        add(session, CheckRow, check)
        self._row.checks += 1
        self._row.waiting = True
        return True


def _digests(session: Session, page_id: int, at: datetime) -> Collection[str | None]:
    """What the Checks of a time brought."""
    checks, snapshots = table_of(CheckRow), table_of(SnapshotRow)
    query = (
        select(CheckRow.id, SnapshotRow.digest)
        .select_from(checks.outerjoin(snapshots, checks.c.snapshot_id == snapshots.c.id))
        .where(CheckRow.page_id == page_id, col(CheckRow.at) == at)
    )
    return [digest for _, digest in session.exec(query)]
