"""What `doctor` asks of the store: is everything there, and is it what its digest says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Engine, text
from sqlmodel import col, func, select

from crawler.errors import BlobCorrupt
from store.blobs import BlobStore
from store.engine import reading
from store.migrate import NEWEST, revision_of
from store.tables import PageRow, SnapshotRow, VersionRow
from store.views import Integrity, Problem

# A body is put before the transaction that names it: one that was put just now is not an orphan yet.
ORPHAN_AGE = timedelta(hours=1)
SLICE = 1000


def check(engine: Engine, blobs: BlobStore) -> Integrity:
    """Everything that is wrong, as values."""
    revision, newest = revision_of(engine) or "", NEWEST
    problems = list(_database_problems(engine))
    if revision != newest:
        problems.append(
            Problem(where="database", message=f"is at revision {revision!r}, not {newest!r}; open it to migrate")
        )
    needed, snapshots = 0, 0
    for digest, count in _needed(engine):
        needed, snapshots = needed + 1, snapshots + count
        try:
            blobs.get(digest)
        except BlobCorrupt as error:
            problems.append(Problem(where=f"blob {digest}", message=str(error)))
    stored = orphans = 0
    for part in _slices(blobs.digests()):
        stored += len(part)
        orphans += len(_not_needed(engine, part))
    return Integrity(
        revision=revision,
        newest_revision=newest,
        snapshots=snapshots,
        blobs=stored,
        orphans=orphans,
        problems=tuple(problems),
    )


def remove_orphans(engine: Engine, blobs: BlobStore, now: datetime) -> int:
    """Deletes blobs that no snapshot names, but for fresh ones; returns how many."""
    removed = 0
    for part in _slices(iter(list(blobs.digests()))):
        removed += blobs.delete(_not_needed(engine, part), stored_before=now - ORPHAN_AGE)
    return removed


def _database_problems(engine: Engine) -> Iterator[Problem]:
    with reading(engine) as session:
        if engine.dialect.name == "sqlite":
            for line in session.execute(text("PRAGMA integrity_check")).scalars():
                if line != "ok":
                    yield Problem(where="database", message=f"SQLite says: {line}; restore a backup of the data folder")
            for table, row, parent, _ in session.execute(text("PRAGMA foreign_key_check")):
                yield Problem(
                    where="database", message=f"row {row} of {table} names a row of {parent} that is not there"
                )
        counted = func.count(col(VersionRow.id))
        uneven = (
            select(PageRow.url)
            .outerjoin(VersionRow, col(VersionRow.page_id) == col(PageRow.id))
            .group_by(col(PageRow.id), col(PageRow.url), col(PageRow.versions))
            .having(
                (counted != col(PageRow.versions)) | (func.coalesce(func.max(col(VersionRow.number)), 0) != counted)
            )
        )
        for url in session.exec(uneven):
            yield Problem(where=url, message="its versions are not numbered from 1 without gaps; restore a backup")


def _needed(engine: Engine) -> Iterator[tuple[str, int]]:
    after = ""
    while True:
        query = (
            select(SnapshotRow.digest, func.count())
            .where(col(SnapshotRow.digest) > after)
            .group_by(col(SnapshotRow.digest))
            .order_by(col(SnapshotRow.digest))
            .limit(SLICE)
        )
        with reading(engine) as session:
            found = session.exec(query).all()
        if not found:
            return
        yield from found
        after = found[-1][0]


def _not_needed(engine: Engine, digests: list[str]) -> list[str]:
    with reading(engine) as session:
        query = select(SnapshotRow.digest).where(col(SnapshotRow.digest).in_(digests)).distinct()
        named = set(session.exec(query))
    return [digest for digest in digests if digest not in named]


def _slices(digests: Iterator[str]) -> Iterator[list[str]]:
    part: list[str] = []
    for digest in digests:
        part.append(digest)
        if len(part) == SLICE:
            yield part
            part = []
    if part:
        yield part
