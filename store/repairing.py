"""What `doctor --repair` does to bodies: brings them together, saves some from others' damage, tidies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import col, func, select

from crawler.errors import BlobCorrupt
from store.blobs import BlobStore, LayeredBlobs
from store.engine import reading
from store.integrity import Tell, needed, not_named, slices
from store.tables import SnapshotRow

# A body may be put before the transaction that names it: one that was put just now is not an orphan yet.
ORPHAN_AGE = timedelta(hours=1)
_WHENEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """What a repair did: blobs moved from where they were kept before, written anew, removed."""

    moved: int
    mended: int
    removed: int


def repair(engine: Engine, blobs: BlobStore, now: datetime, tell: Tell | None = None) -> Repaired:
    """Mends what can be mended, and says how much that was. May be stopped and called again at any time."""
    moved = _bring_together(engine, blobs) if isinstance(blobs, LayeredBlobs) else 0
    mended = _save_from_lost(engine, blobs, tell)
    removed = 0
    # What went may have been all that was written against another.
    while more := _remove_orphans(engine, blobs, now - ORPHAN_AGE):
        removed += more
    return Repaired(moved=moved, mended=mended, removed=removed)


def _bring_together(engine: Engine, blobs: LayeredBlobs) -> int:
    """Moves what lies in the place from before, in the order in which pages showed it: so it is written small."""
    moved = 0
    lost: set[str] = set()
    for digest, like in _in_order(engine):
        if not blobs.back.has(digest) or _body(blobs.front, digest) is not None:
            continue
        if (body := _body(blobs.back, digest)) is None:
            lost.add(digest)
        elif blobs.front.has(digest):
            blobs.front.replace(body)
            moved += 1
        else:
            blobs.front.put(body, like=like)
            moved += 1
    while _forget(blobs, lost):
        pass
    return moved


def _forget(blobs: LayeredBlobs, lost: set[str]) -> int:
    """Removes from the place from before what is in the other by now, but for what nobody can read."""
    gone = 0
    for part in slices(blobs.back.digests()):
        there = [digest for digest in part if digest not in lost and blobs.front.has(digest)]
        gone += blobs.back.delete(there, stored_before=_WHENEVER)
    return gone


def _in_order(engine: Engine) -> Iterator[tuple[str, str | None]]:
    """Every digest that a response names, with that of the response before it from the same address."""
    after = select(func.min(SnapshotRow.page_id))
    of_page = select(SnapshotRow.url, SnapshotRow.digest).order_by(col(SnapshotRow.fetched_at))
    page: int | None = 0
    while page is not None:
        before: dict[str, str] = {}
        with reading(engine) as session:
            shown = session.exec(of_page.where(col(SnapshotRow.page_id) == page)).all()
            page = session.exec(after.where(col(SnapshotRow.page_id) > page)).one()
        for url, digest in shown:
            yield digest, before.get(url)
            before[url] = digest


def _save_from_lost(engine: Engine, blobs: BlobStore, tell: Tell | None) -> int:
    """Writes by themselves those that can be read although what they are written against is damaged."""
    lost = {digest for digest in needed(engine, tell) if _body(blobs, digest) is None}
    saved = 0
    for digest in needed(engine) if lost else ():
        if digest not in lost and not lost.isdisjoint(blobs.chain(digest)):
            blobs.replace(blobs.get(digest))
            saved += 1
    return saved


def _remove_orphans(engine: Engine, blobs: BlobStore, stored_before: datetime) -> int:
    removed = 0
    for part in slices(blobs.digests()):
        if orphans := not_named(engine, part):
            removed += blobs.delete(orphans, stored_before=stored_before)
    return removed


def _body(blobs: BlobStore, digest: str) -> bytes | None:
    try:
        return blobs.get(digest)
    except BlobCorrupt:
        return None
