"""Keeping the body of a response: in the transaction that names it where that can be, before it where not.

A body that nothing names is harmless; a name without its body would not be.
"""

from __future__ import annotations

from sqlalchemy import Engine, and_, bindparam, select
from sqlmodel import Session, col

from crawler.model import Snapshot
from store.blobs import BlobStore
from store.blobs.chain import KEYFRAME_EVERY
from store.engine import reading
from store.rows import key_of
from store.tables import PageRow, SnapshotRow

# What a file behind one of its links brought is kept under the Page too.
_mine = and_(col(SnapshotRow.page_id) == col(PageRow.id), col(SnapshotRow.url) == col(PageRow.url))
_newest = select(col(SnapshotRow.digest)).where(_mine).order_by(col(SnapshotRow.fetched_at).desc()).limit(1)
# Of a page's row: its last body, and its last before a time.
LAST_BODY = _newest.correlate(PageRow).scalar_subquery()
_before = _newest.where(col(SnapshotRow.fetched_at) <= bindparam("at")).correlate(PageRow).scalar_subquery()
# Made once: it is asked for every body that is kept.
_LAST = select(col(PageRow.source), _before).where(col(PageRow.key) == bindparam("page"))
_NEWEST = (
    select(col(SnapshotRow.digest))
    .join(PageRow, _mine)
    .where(col(PageRow.source) == bindparam("source"))
    .order_by(col(PageRow.id).desc(), col(SnapshotRow.fetched_at).desc())
    .limit(1)
)


class Keeping:
    """Puts the bodies of responses into a blob store, each against the body that is probably most like it."""

    def __init__(self, engine: Engine, blobs: BlobStore) -> None:
        self._engine = engine
        self._blobs = blobs
        # The body that the first ones of other Pages of its Source are written against, and how many are.
        self._frames: dict[str, tuple[str, int]] = {}

    def ahead(self, snapshot: Snapshot | None, like: str = "") -> None:
        """Before the transaction that names the body; `like`, where that is known already.

        Raises StoreFull, StoreBusy.
        """
        if snapshot is not None and not self._blobs.joins:
            if not like:
                with reading(self._engine) as session:
                    like = self._like(session, snapshot) or ""
            self._blobs.put(snapshot.body, like=like or None)

    def within(self, session: Session, snapshot: Snapshot | None, like: str = "") -> None:
        """In that transaction."""
        if snapshot is not None and self._blobs.joins:
            like = like or self._like(session, snapshot) or ""
            self._blobs.put(snapshot.body, like=like or None, session=session)

    def _like(self, session: Session, snapshot: Snapshot) -> str | None:
        """The body that the Page had before, or one of its Source; None for a file, which is like no page."""
        asked = {"page": key_of(snapshot.url), "at": snapshot.fetched_at}
        found = session.connection().execute(_LAST, asked).first()
        if found is None or found[1] is not None:
            return None if found is None else str(found[1])
        return self._frame(session, found[0], snapshot)

    def _frame(self, session: Session, source: str, snapshot: Snapshot) -> str | None:
        like, uses = self._frames.get(source, (None, 0))
        if like is None:
            like = session.connection().execute(_NEWEST, {"source": source}).scalar()
        if like is None or uses >= KEYFRAME_EVERY:
            # By itself, and the frame of those to come. Damage to it costs no more pages than that.
            like, uses = None, 0
        # A transaction that fails may take its body with it: then one more is written by itself.
        self._frames[source] = (like or snapshot.digest, uses + 1)
        return like
