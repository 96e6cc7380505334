"""What `doctor` asks of the store: is everything there, and is it what its digest says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Engine, text
from sqlmodel import col, func, select

from crawler.errors import BlobCorrupt
from store.blobs import BlobStore, LayeredBlobs
from store.engine import reading
from store.migrate import NEWEST, revision_of
from store.tables import PageRow, SnapshotRow, VersionRow

SLICE = 1000
# Told so often how many bodies of how many are read.
EVERY = 100
# Who waits is told how far long work has come: so many done, of so many.
Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong in the store: where, what, and what to do."""

    where: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Integrity:
    """What `Store.check_integrity` found. `orphans` counts blobs that no snapshot names; `repair` removes them.

    `elsewhere` counts those that lie where they were kept before; `repair` moves them.
    """

    revision: str
    newest_revision: str
    snapshots: int
    blobs: int
    orphans: int
    elsewhere: int
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """True when nothing is wrong; orphans are not wrong."""
        return not self.problems


def check(engine: Engine, blobs: BlobStore, tell: Tell | None = None) -> Integrity:
    """Everything that is wrong, as values."""
    revision, newest = revision_of(engine) or "", NEWEST
    problems = list(_database_problems(engine))
    if revision != newest:
        problems.append(
            Problem(where="database", message=f"is at revision {revision!r}, not {newest!r}; open it to migrate")
        )
    for digest in needed(engine, tell):
        try:
            blobs.get(digest)
        except BlobCorrupt as error:
            problems.append(Problem(where=f"blob {digest}", message=f"{error} {_shown_by(engine, digest)}"))
    stored = orphans = 0
    for part in slices(blobs.digests()):
        stored += len(part)
        orphans += len(not_named(engine, part))
    return Integrity(
        revision=revision,
        newest_revision=newest,
        snapshots=_count(engine),
        blobs=stored,
        orphans=orphans,
        elsewhere=sum(1 for _ in blobs.back.digests()) if isinstance(blobs, LayeredBlobs) else 0,
        problems=tuple(problems),
    )


def _count(engine: Engine) -> int:
    with reading(engine) as session:
        return session.exec(select(func.count(col(SnapshotRow.id)))).one()


def _shown_by(engine: Engine, digest: str) -> str:
    """Which page showed a body, and when: what a person can look for elsewhere."""
    of = (col(SnapshotRow.digest) == digest,)
    first = select(SnapshotRow.url, SnapshotRow.fetched_at).where(*of).order_by(col(SnapshotRow.fetched_at)).limit(1)
    with reading(engine) as session:
        (url, at), others = session.exec(first).one(), session.exec(select(func.count()).where(*of)).one() - 1
    more = f", and {others} more times" if others else ""
    return f"It is what {url} showed at {at:%Y-%m-%d %H:%M:%S} UTC{more}."


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


def needed(engine: Engine, tell: Tell | None = None) -> Iterator[str]:
    """Every digest that a response names, each once, in their order."""
    after, done, total = "", 0, 0
    if tell is not None:
        with reading(engine) as session:
            total = session.exec(select(func.count(func.distinct(SnapshotRow.digest)))).one()
    query = select(SnapshotRow.digest).distinct().order_by(col(SnapshotRow.digest)).limit(SLICE)
    while True:
        with reading(engine) as session:
            found = session.exec(query.where(col(SnapshotRow.digest) > after)).all()
        if not found:
            return
        for digest in found:
            yield digest
            done += 1
            if tell is not None and done % EVERY == 0:
                tell(done, total)
        after = found[-1]


def not_named(engine: Engine, digests: list[str]) -> list[str]:
    """Those of the digests that no response names."""
    with reading(engine) as session:
        query = select(SnapshotRow.digest).where(col(SnapshotRow.digest).in_(digests)).distinct()
        named = set(session.exec(query))
    return [digest for digest in digests if digest not in named]


def slices(digests: Iterator[str]) -> Iterator[list[str]]:
    """The digests, some at a time."""
    while part := list(islice(digests, SLICE)):
        yield part
