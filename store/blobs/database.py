"""Blobs in the database itself: put in the transaction that names them, reached by every machine that reaches it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import CursorResult, Engine, Insert, bindparam, delete, func, null, select, update
from sqlmodel import Session

from store.base import table_of
from store.blobs.chain import Stored, base_in, body_of, is_whole
from store.blobs.compression import PATCHED_MOST, corrupt, digest_of, is_digest, pack
from store.dialect import insert_or_ignore
from store.engine import reading, writing
from store.tables import BodyRow

# Digests per query when all are listed.
SLICE = 1000
_BODIES = table_of(BodyRow)
_READ = _BODIES.c.digest, _BODIES.c.step, _BODIES.c.packed, _BODIES.c.id, _BODIES.c.base
_wanted = select(*_READ).where(_BODIES.c.digest == bindparam("wanted")).cte("chain", recursive=True)
_chain = _wanted.union_all(select(*_READ).join(_wanted, _BODIES.c.id == _wanted.c.base))
# A body and what it is written against, back to one that is written by itself.
_CHAIN = select(_chain.c.digest, _chain.c.step, _chain.c.packed, _chain.c.id).order_by(_chain.c.step)
_REFRESH = update(_BODIES).where(_BODIES.c.digest == bindparam("wanted")).values(stored_at=func.now())
_REWRITE = (
    update(_BODIES)
    .where(_BODIES.c.digest == bindparam("wanted"))
    .values(base=null(), step=0, packed=bindparam("whole"))
)
_patches = _BODIES.alias("patches")


class DatabaseBlobs:
    """A BlobStore in the table `bodies`."""

    joins = True

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # Made once: a statement costs more to make than to carry out.
        self._insertion: Insert | None = None

    def put(self, body: bytes, *, like: str | None = None, session: Session | None = None) -> str:
        """Inserts the body, or marks the one that is there as wanted again. Raises StoreFull, StoreBusy."""
        if session is not None:
            return self._put(session, body, like)
        with writing(self._engine) as own:
            return self._put(own, body, like)

    def get(self, digest: str) -> bytes:
        """The verified body. Raises BlobCorrupt when it is missing or differs."""
        if not is_digest(digest):
            raise corrupt(digest[:80], "has a name that no digest has")
        with reading(self._engine) as session:
            chain = _stored(session, digest)
        if not chain:
            raise corrupt(digest, "is missing")
        return body_of(chain)

    def has(self, digest: str) -> bool:
        """Whether a row of that digest is there."""
        if not is_digest(digest):
            return False
        query = select(_BODIES.c.id).where(_BODIES.c.digest == bytes.fromhex(digest))
        with reading(self._engine) as session:
            return session.execute(query).first() is not None

    def digests(self) -> Iterator[str]:
        """Every digest, read in slices in the order of the index."""
        after = b""
        while True:
            query = select(_BODIES.c.digest).where(_BODIES.c.digest > after).order_by(_BODIES.c.digest).limit(SLICE)
            with reading(self._engine) as session:
                found = [bytes(digest) for digest in session.execute(query).scalars()]
            if not found:
                return
            yield from (digest.hex() for digest in found)
            after = found[-1]

    def replace(self, body: bytes) -> None:
        """Overwrites the row of that digest, and keeps its number: others may be written against it."""
        digest = digest_of(body)
        values = {"wanted": bytes.fromhex(digest), "whole": pack(body)}
        with writing(self._engine) as session:
            if not session.connection().execute(_REWRITE, values).rowcount:
                self._put(session, body, None)

    def chain(self, digest: str) -> tuple[str, ...]:
        """The digests of the rows that reading it reads."""
        with reading(self._engine) as session:
            return tuple(stored.digest for stored in _stored(session, digest)) if is_digest(digest) else ()

    def delete(self, digests: Collection[str], *, stored_before: datetime) -> int:
        """Removes rows, but for those put (again) since `stored_before` and those that patches are written against."""
        removed = 0
        with writing(self._engine) as session:
            while True:
                result = session.execute(
                    delete(_BODIES).where(
                        _BODIES.c.digest.in_([bytes.fromhex(digest) for digest in digests if is_digest(digest)]),
                        _BODIES.c.stored_at < stored_before,
                        ~select(_patches.c.id).where(_patches.c.base == _BODIES.c.id).exists(),
                    )
                )
                now = result.rowcount if isinstance(result, CursorResult) else 0
                removed += now
                # What went may have been all that was written against another of these.
                if not now:
                    return removed

    def _put(self, session: Session, body: bytes, like: str | None) -> str:
        digest = digest_of(body)
        connection = session.connection()
        # The body that the page had before is the one that comes again, if any does.
        if like != digest and self._insert(session, digest, body, like):
            return digest
        if not connection.execute(_REFRESH, {"wanted": bytes.fromhex(digest)}).rowcount:
            self._insert(session, digest, body, None)
        elif not is_whole(_stored(session, digest)):
            connection.execute(_REWRITE, {"wanted": bytes.fromhex(digest), "whole": pack(body)})
        return digest

    def _insert(self, session: Session, digest: str, body: bytes, like: str | None) -> bool:
        """Inserts the body against that one; False where it is there already."""
        if self._insertion is None:
            self._insertion = _insertion(session)
        base = base_in(_stored(session, like)) if like and is_digest(like) and len(body) <= PATCHED_MOST else None
        values: dict[str, object] = {"digest": bytes.fromhex(digest), "base": None, "step": 0, "packed": b""}
        if base is None:
            values["packed"] = pack(body)
        else:
            values |= {"base": base.stored.row, "step": base.next_step, "packed": pack(body, base.body)}
        return session.connection().execute(self._insertion, values).rowcount == 1


def _insertion(session: Session) -> Insert:
    """The statement that inserts one body, unless it is there: the same digest is the same body, whoever was first."""
    given: dict[str, object] = {name: bindparam(name) for name in ("base", "step", "digest", "packed")}
    insertion = insert_or_ignore(session, BodyRow).values(**given, stored_at=func.now())
    return insertion.inline().execution_options(preserve_rowcount=True)


def _stored(session: Session, digest: str) -> list[Stored]:
    found = session.connection().execute(_CHAIN, {"wanted": bytes.fromhex(digest)})
    return [Stored(bytes(name).hex(), step, bytes(packed), row) for name, step, packed, row in found]
