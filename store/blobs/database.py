"""Blobs in the database itself, so that every machine that reaches the database reaches the bodies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import CursorResult, Engine, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from store.blobs.compression import corrupt, digest_of, is_digest, pack, unpack
from store.engine import reading, writing
from store.tables import BlobRow

# Digests per query when all are listed.
SLICE = 1000
BLOBS = BlobRow.metadata.tables[str(BlobRow.__tablename__)]


class DatabaseBlobs:
    """A BlobStore in the table `blobs`. Each body is committed by itself, before what refers to it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, body: bytes) -> str:
        """Inserts the body, or marks the one that is there as wanted again. Raises StoreFull, StoreBusy."""
        digest = digest_of(body)
        if not self._refresh(digest):
            values = {"digest": digest, "size": len(body), "packed": pack(body), "stored_at": func.now()}
            try:
                with writing(self._engine) as session:
                    session.execute(insert(BLOBS).values(values))
            except IntegrityError:
                # Somebody else put the same body meanwhile: the same digest is the same body.
                self._refresh(digest)
        return digest

    def get(self, digest: str) -> bytes:
        """The verified body. Raises BlobCorrupt when it is missing or differs."""
        if not is_digest(digest):
            raise corrupt(digest[:80], "has a name that no digest has")
        with reading(self._engine) as session:
            packed = session.execute(select(BLOBS.c.packed).where(BLOBS.c.digest == digest)).scalar()
        if packed is None:
            raise corrupt(digest, "is missing")
        return unpack(digest, bytes(packed))

    def has(self, digest: str) -> bool:
        """Whether a row of that digest is there."""
        if not is_digest(digest):
            return False
        with reading(self._engine) as session:
            return session.execute(select(BLOBS.c.size).where(BLOBS.c.digest == digest)).first() is not None

    def digests(self) -> Iterator[str]:
        """Every digest, read in slices in the order of the primary key."""
        after = ""
        while True:
            with reading(self._engine) as session:
                query = select(BLOBS.c.digest).where(BLOBS.c.digest > after).order_by(BLOBS.c.digest).limit(SLICE)
                found = list(session.execute(query).scalars())
            if not found:
                return
            yield from found
            after = found[-1]

    def delete(self, digest: str, *, stored_before: datetime) -> bool:
        """Removes the row, unless it was put (again) since `stored_before`."""
        query = delete(BLOBS).where(BLOBS.c.digest == digest, BLOBS.c.stored_at < stored_before)
        with writing(self._engine) as session:
            result = session.execute(query)
        return isinstance(result, CursorResult) and result.rowcount == 1

    def _refresh(self, digest: str) -> bool:
        query = update(BLOBS).where(BLOBS.c.digest == digest).values(stored_at=func.now())
        with writing(self._engine) as session:
            result = session.execute(query)
        return isinstance(result, CursorResult) and result.rowcount == 1
