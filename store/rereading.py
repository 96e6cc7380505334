"""Telling the past anew: what is kept of a Page, and putting the history made of it in the place of the old one.

A Page's history is replaced in one transaction; until then, and whatever stops it, the old reading stands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import col, or_, select

from crawler.errors import StoreBusy
from crawler.model import Json, Noise, Page, Retold, Snapshot, Visit
from store import bringing
from store import journal as journals
from store.blobs import BlobStore
from store.bringing import Capture, Kept
from store.engine import reading, writing
from store.journal import Journal
from store.keeping import Keeping
from store.noise import noise_of
from store.recording import page_row, standing, write_page
from store.responses import KeptResponse, response_of
from store.retelling import Retelling, Rewritten
from store.rows import row_id, snapshot_values
from store.tables import PageRow, SourceRow
from store.visits import is_kept, keep, last_response, moves, recorded, visits


class Rereading:
    """The part of a Store that `reextract` and backfills use. Methods may be called from any thread."""

    def __init__(self, engine: Engine, blobs: BlobStore) -> None:
        self._engine = engine
        self._blobs = blobs
        self._keeping = Keeping(engine, blobs)

    def outdated(
        self, rules: str, *, sources: Collection[str], urls: Collection[str] = (), everything: bool = False
    ) -> tuple[Page, ...]:
        """Pages of `sources`, and those of `urls`, whose history is not wholly read by `rules`, as they were admitted.

        `everything`: also those that are.
        """
        query = select(PageRow.url, PageRow.source).where(col(PageRow.versions) > 0).order_by(col(PageRow.id))
        if not everything:
            query = query.where(col(PageRow.rules) != rules)
        query = query.where(or_(col(PageRow.source).in_(list(sources)), col(PageRow.url).in_(list(urls))))
        with reading(self._engine) as session:
            return tuple(Page(url=url, source=source) for url, source in session.exec(query))

    # ---- captures of the past ------------------------------------------------------------------------------------

    def keep(self, page: Page, snapshot: Snapshot) -> None:
        """Keeps a capture of the past; it is part of the page's history once that is told anew. Raises NotKnown."""
        self._keeping.ahead(snapshot)
        with writing(self._engine) as session:
            page_id = standing(session, page.url).id
            self._keeping.within(session, snapshot)
            keep(session, page_id, snapshot_values(page_id, snapshot))
            write_page(session, page.url, {"waiting": True}, checks=1)

    def keep_many(
        self,
        captures: Sequence[tuple[Page, Capture]],
        now: datetime,
        *,
        journal: Journal | None = None,
        position: Json = None,
        counts: Mapping[str, int] | None = None,
    ) -> Kept:
        """Keeps captures of the past as `keep` does, and what their backfill has come to, all in one transaction.

        A page that is not known is admitted to the source that its Page names, which must be declared; one that is
        belongs to whom it did. What is there already, a Check of the page at exactly that time, is not kept twice.
        `counts` are those before this call: what it keeps, admits and finds known is added to them.
        Raises StoreFull, StoreBusy; then nothing of it is kept.
        """
        for _, capture in captures:
            if isinstance(capture, Snapshot):
                self._keeping.ahead(capture)
        with writing(self._engine) as session:
            kept = bringing.bring(session, self._keeping, captures, now)
            if journal is not None:
                journals.note(session, journal, position, kept.added_to(counts or {}))
            return kept

    def is_kept(self, url: str, at: datetime) -> bool:
        """Whether a page of this URL has a Check of exactly this time; False also for a page that is not known."""
        with reading(self._engine) as session:
            return is_kept(session, url, at)

    def response(self, url: str, since: datetime, until: datetime) -> KeptResponse | None:
        """The last response kept of a page from between these times, both included; None where there is none."""
        with reading(self._engine) as session:
            row = last_response(session, url, since, until)
            return None if row is None else response_of(row)

    def journal(
        self, source: str, origin: str, asked: Mapping[str, Json], now: datetime, *, dry_run: bool = False
    ) -> Journal | None:
        """The backfill of the same that was stopped, to go on with; else a new one, or none on a `dry_run`."""
        with reading(self._engine) as session:
            found = journals.stopped(session, source, origin, asked)
        if found is not None or dry_run:
            return found
        with writing(self._engine) as session:
            return journals.begin(session, source, origin, asked, now)

    def end_journal(self, journal: Journal, counts: Mapping[str, int], now: datetime) -> None:
        """The backfill came to its end: the next one of the same starts afresh, and finds what is kept."""
        with writing(self._engine) as session:
            journals.end(session, journal, counts, now)

    def waiting(self, sources: Collection[str]) -> tuple[Page, ...]:
        """Pages of `sources` with captures that are not part of their history yet."""
        query = select(PageRow.url, PageRow.source).where(col(PageRow.waiting), col(PageRow.source).in_(list(sources)))
        with reading(self._engine) as session:
            return tuple(Page(url=url, source=source) for url, source in session.exec(query.order_by(col(PageRow.id))))

    def visits(self, page: Page) -> tuple[int, Noise, Iterator[Visit]]:
        """All that came of a page in the order of its times, read one at a time; how many Checks, its Source's noise.

        Raises NotKnown, and on the way BlobCorrupt where a response cannot be read.
        """
        with reading(self._engine) as session:
            row = page_row(session, page.url)
            noise = session.exec(select(SourceRow.noise).where(SourceRow.name == row.source)).one()
            checks, moved = recorded(session, row_id(row)), moves(session, row_id(row))
            session.expunge_all()
            return row.checks, noise_of(noise), visits(checks, moved, self._blobs.get)

    def retell(
        self,
        page: Page,
        checks: int,
        retold: Retold,
        *,
        rules: str,
        now: datetime,
        dry_run: bool = False,
        notify: bool = False,
    ) -> Rewritten:
        """Puts a history told anew in the place of the page's, whole or not at all, and says what became of it.

        Notifies nobody, or, where `notify` is set, of what is new in it; `dry_run` only says. Links that are another's
        from `now` on are kept as former ones.
        Raises StoreBusy where the page has other than `checks` Checks by now: then it must be judged again.
        """
        with writing(self._engine) as session:
            row = page_row(session, page.url, lock=True)
            if row.checks != checks:
                raise StoreBusy(f"{page.url} was recorded by another process meanwhile; judge it again.")
            retelling = Retelling(session, row, recorded(session, row_id(row)), now)
            rewritten = retelling.put(retold, rules, notify=notify and not dry_run)
            if dry_run:
                session.rollback()
            return rewritten
