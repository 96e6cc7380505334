"""Writing: which sources and pages there are, what is due, what is known of a page, and what a check came to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from crawler.errors import NotKnown
from crawler.model import (
    Alarm,
    Article,
    AttachedFile,
    Change,
    FileVerdict,
    Known,
    Link,
    Page,
    Snapshot,
    Source,
    SourceState,
    Verdict,
)
from store import admission, alarms, attachments, knowing, leases, noise, recording, search, twins
from store.adding import expect
from store.blobs import BlobStore
from store.engine import reading, writing
from store.keeping import Keeping
from store.rows import key_of, page_of, put_source_state, snapshot_of, state_of
from store.tables import PageRow, SourceRow
from store.views import Recorded


class Archive:
    """The writing side of a Store. From any thread; each method is one transaction, or part of `together`."""

    def __init__(
        self, engine: Engine, blobs: BlobStore, within: Session | None = None, keeping: Keeping | None = None
    ) -> None:
        self._engine = engine
        self._blobs = blobs
        self._within = within
        self._keeping = keeping or Keeping(engine, blobs)

    @contextmanager
    def together(self, verdicts: Collection[Verdict]) -> Iterator[Archive]:
        """An Archive all of whose methods are one transaction, ended with the context; for recording these verdicts.

        A commit costs more than most of what is committed. Raises what `record` does.
        """
        for verdict in verdicts:
            self._keeping.ahead(verdict.snapshot, verdict.last_body)
        with writing(self._engine) as session:
            expect(session, len(verdicts))
            yield Archive(self._engine, self._blobs, session, self._keeping)

    def _reading(self) -> AbstractContextManager[Session]:
        return reading(self._engine) if self._within is None else nullcontext(self._within)

    def _writing(self) -> AbstractContextManager[Session]:
        return writing(self._engine) if self._within is None else nullcontext(self._within)

    @contextmanager
    def _keeping_body(self, snapshot: Snapshot | None, like: str = "") -> Iterator[Session]:
        if self._within is None:
            self._keeping.ahead(snapshot, like)
        with self._writing() as session:
            self._keeping.within(session, snapshot, like)
            yield session

    # ---- sources and pages ---------------------------------------------------------------------------------------

    def declare(self, sources: Sequence[Source], now: datetime) -> None:
        """Makes the configured sources the active ones.

        A new one is due at once; one whose URL changed is found out anew; one no longer configured is inactive, its
        pages are no longer due, and nothing of it is deleted.
        """
        with self._writing() as session:
            admission.declare(session, sources, now)

    def source_state(self, name: str) -> SourceState:
        """How a source's entry page stands. Raises NotKnown."""
        with self._reading() as session:
            return state_of(_source_row(session, name))

    def save_source_state(self, state: SourceState) -> None:
        """Replaces the standing of a declared source. Raises NotKnown."""
        with self._writing() as session:
            put_source_state(_source_row(session, state.name), state)

    def note_alarms(
        self, judge: alarms.Judge, now: datetime, names: Collection[str] | None = None
    ) -> tuple[Alarm, ...]:
        """Asks `judge` what is wrong with each active source (of those named); the alarms that began or ended.

        Each is told once, through the outbox, and remembered with the source: a restart tells nothing twice.
        """
        with self._writing() as session:
            return alarms.note(session, judge, now, names)

    def due_sources(self, now: datetime, names: Collection[str] | None = None) -> tuple[SourceState, ...]:
        """Active sources (of those named) whose entry page is due, longest due first."""
        due = (
            select(SourceRow)
            .where(col(SourceRow.active), col(SourceRow.next_check) <= now)
            .order_by(col(SourceRow.next_check), col(SourceRow.name))
        )
        if names is not None:
            due = due.where(col(SourceRow.name).in_(list(names)))
        with self._reading() as session:
            return tuple(state_of(row) for row in session.exec(due))

    def admit(self, source: str, links: Iterable[Link], now: datetime) -> tuple[Page, ...]:
        """Admits links not yet known, in the order given, as Pages due at once; returns those newly admitted.

        A URL belongs to the first source that admitted it. Raises NotKnown for a source that was not declared.
        """
        with self._writing() as session:
            return admission.admit(session, _source_row(session, source), links, now)

    def due(
        self,
        now: datetime,
        *,
        sources: Collection[str] | None = None,
        host: str | None = None,
        limit: int | None = None,
    ) -> tuple[Page, ...]:
        """Pages of active sources that are due, longest due first; only of `sources`, only at `host` where given."""
        query = admission.due(now, sources, host).limit(limit)
        with self._reading() as session:
            return tuple(Page(url=url, source=source) for url, source, _ in session.exec(query))

    def pages_of(self, sources: Collection[str] | None = None) -> tuple[Page, ...]:
        """All pages of the named sources, in the order of their admission; of all active sources where None."""
        query = select(PageRow.url, PageRow.source).order_by(col(PageRow.id))
        if sources is None:
            active = col(PageRow.source) == col(SourceRow.name)
            query = query.join(SourceRow, active).where(col(SourceRow.active))
        else:
            query = query.where(col(PageRow.source).in_(list(sources)))
        with self._reading() as session:
            return tuple(Page(url=url, source=source) for url, source in session.exec(query))

    def page(self, url: str) -> Page | None:
        """The Page of a canonical URL, or None."""
        with self._reading() as session:
            row = session.exec(select(PageRow).where(PageRow.key == key_of(url))).first()
            return None if row is None else page_of(row)

    def never_checked(self, source: str) -> tuple[Page, ...]:
        """Pages of a source that were admitted and not visited yet, in the order of their admission."""
        query = select(PageRow).where(PageRow.source == source, PageRow.checks == 0).order_by(col(PageRow.id))
        with self._reading() as session:
            return tuple(page_of(row) for row in session.exec(query))

    def twin(self, page: Page, digest: str) -> Page | None:
        """Another page of the same source that has a Version with this `Article.digest`, the one admitted first."""
        with self._reading() as session:
            return twins.twin(session, page, digest)

    def came_up(
        self, page: Page, title: str | None, since: datetime, until: datetime
    ) -> tuple[tuple[Page, Article], ...]:
        """Other live pages of the source with this title, first read then and after `page` was; the newest first."""
        with self._reading() as session:
            return twins.came_up(session, recording.page_row(session, page.url), title, since, until)

    # ---- one check -----------------------------------------------------------------------------------------------

    def latest(self, page: Page, *, rules: str) -> Known:
        """All the judge may know of a page now; the latest Version's last response only if other rules read that.

        Raises NotKnown for a page that was not admitted, BlobCorrupt where that response cannot be read.
        """
        with self._reading() as session:
            known, last = knowing.latest(session, page.url, rules)
        if last is None:
            return known
        return replace(known, latest_snapshot=snapshot_of(last, self._blobs.get(last.digest)))

    def record(self, page: Page, verdict: Verdict, *, notify: bool = True) -> Recorded:
        """Records everything one Check decided, whole or not at all, and says what was written.

        Raises NotKnown, StoreFull, and StoreBusy where another process recorded the page meanwhile: judge it again.
        """
        with self._keeping_body(verdict.snapshot, verdict.last_body) as session:
            return recording.record(session, page, verdict, notify=notify)

    def alike(self, page: Page, change: Change, since: datetime) -> tuple[int, int]:
        """How many other pages of the source have had the same Change since then, and how many pages it has."""
        with self._reading() as session:
            return noise.alike(session, recording.page_row(session, page.url), change.signature, since)

    def files(self, page: Page) -> tuple[AttachedFile, ...]:
        """How the files behind a page's links stand, those ever asked for. Raises NotKnown."""
        with self._reading() as session:
            return attachments.files(session, page.url)

    def record_file(self, page: Page, verdict: FileVerdict, *, notify: bool = True) -> None:
        """Records what one request for an attachment decided, whole or not at all.

        Raises NotKnown, StoreFull, and StoreBusy where the page has another newest Version by now: ask again next time.
        """
        with self._keeping_body(verdict.snapshot) as session:
            attachments.record(session, page, verdict, notify=notify)

    def has_check(self, page: Page, at: datetime) -> bool:
        """Whether a Check of exactly this time is recorded: how a backfill that was stopped knows where it was."""
        with self._reading() as session:
            return recording.has_check(session, page.url, at)

    def index(self, most: int = 2000) -> int:
        """Makes up to so many Versions findable that were recorded since; how many there were."""
        return search.index(self._engine, most)

    # ---- several processes on one database -----------------------------------------------------------------------

    def claim(
        self,
        now: datetime,
        owner: str,
        *,
        limit: int,
        lease: timedelta,
        sources: Collection[str] | None = None,
    ) -> tuple[Page, ...]:
        """Due pages, at most `limit`, of hosts that nobody else holds; `owner` then holds those hosts for `lease`.

        Claiming again extends the lease. Until released or run out, no other owner is given a page of these hosts.
        """
        with self._writing() as session:
            return leases.claim(session, admission.due(now, sources), now, owner, limit, lease)

    def take_hosts(self, hosts: Collection[str], now: datetime, owner: str, *, lease: timedelta) -> frozenset[str]:
        """Those of the hosts (`host` or `host:port`) that `owner` now holds for `lease`; the rest is held by others."""
        with self._writing() as session:
            return leases.take(session, hosts, now, owner, lease)

    def extend_leases(self, owner: str, until: datetime) -> frozenset[str]:
        """Makes all leases of `owner` last until then; the hosts that it still holds."""
        with self._writing() as session:
            return leases.extend(session, owner, until)

    def lease_owners(self, now: datetime) -> frozenset[str]:
        """Who holds a lease now: for those who can tell the living from the dead."""
        with self._reading() as session:
            return leases.owners(session, now)

    def release(self, owner: str, hosts: Collection[str] | None = None) -> None:
        """Gives back the hosts that `owner` holds: those named as in URLs (`host` or `host:port`), or all."""
        with self._writing() as session:
            leases.release(session, owner, hosts)


def _source_row(session: Session, name: str) -> SourceRow:
    row = session.get(SourceRow, name)
    if row is None:
        raise NotKnown(f"no source named {name!r} was ever configured here; `palimpsest sources` lists them.")
    return row
