"""What a blob store is."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Protocol

from sqlmodel import Session


class BlobStore(Protocol):
    """What every blob store does; tests/conformance/test_blobs.py holds each of them to it."""

    joins: bool
    """Whether a body can be put in the transaction that names it. Elsewhere it must be put before."""

    def put(self, body: bytes, *, like: str | None = None, session: Session | None = None) -> str:
        """Keeps a body durably and returns its digest; the same body is stored once. Raises StoreFull, StoreBusy.

        One that is there and damaged is whole again.

        `like`: a stored body that is probably much the same, against which this one may be written. `session`: a
        transaction to take part in, where the store `joins` one: then the body is there once that is committed.
        """
        ...

    def get(self, digest: str) -> bytes:
        """The body, verified against its digest. Raises BlobCorrupt when it is missing or differs."""
        ...

    def has(self, digest: str) -> bool:
        """Whether something is stored under the digest; does not read it."""
        ...

    def digests(self) -> Iterator[str]:
        """Every digest stored, in no particular order."""
        ...

    def replace(self, body: bytes) -> None:
        """Keeps a body by itself, in the place of whatever is stored under its digest. Raises StoreFull, StoreBusy."""
        ...

    def chain(self, digest: str) -> tuple[str, ...]:
        """The digests of what a body is written against, as far as it is there, and its own at the end."""
        ...

    def delete(self, digests: Collection[str], *, stored_before: datetime) -> int:
        """Removes blobs, but for those put (again) since `stored_before` and those others are written against.

        Returns how many were removed.
        """
        ...
