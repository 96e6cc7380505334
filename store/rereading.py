"""Telling the past anew: what is kept of a Page, and putting the history made of it in the place of the old one.

A Page's history is replaced in one transaction; until then, and whatever stops it, the old reading stands.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import col, or_, select

from crawler.errors import StoreBusy
from crawler.model import Noise, Page, Retold, Snapshot, Visit
from store.blobs import BlobStore
from store.engine import reading, writing
from store.keeping import Keeping
from store.noise import noise_of
from store.recording import page_row
from store.retelling import Retelling, Rewritten
from store.rows import row_id
from store.tables import PageRow, SourceRow
from store.visits import keep, moves, recorded, visits


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
            self._keeping.within(session, snapshot)
            keep(session, page_row(session, page.url, lock=True), snapshot)

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
        self, page: Page, checks: int, retold: Retold, *, rules: str, now: datetime, dry_run: bool = False
    ) -> Rewritten:
        """Puts a history told anew in the place of the page's, whole or not at all, and says what became of it.

        Notifies nobody; `dry_run` only says. Links that are another's from `now` on are kept as former ones.
        Raises StoreBusy where the page has other than `checks` Checks by now: then it must be judged again.
        """
        with writing(self._engine) as session:
            row = page_row(session, page.url, lock=True)
            if row.checks != checks:
                raise StoreBusy(f"{page.url} was recorded by another process meanwhile; judge it again.")
            rewritten = Retelling(session, row, recorded(session, row_id(row)), now).put(retold, rules)
            if dry_run:
                session.rollback()
            return rewritten
