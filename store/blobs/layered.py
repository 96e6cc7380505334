"""Bodies in one store, and those that were kept in another before: read from both, written to the first."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlmodel import Session

from crawler.errors import BlobCorrupt
from store.blobs.compression import digest_of
from store.blobs.protocol import BlobStore


class LayeredBlobs:
    """A BlobStore that goes on in `front` where `back` was begun."""

    def __init__(self, front: BlobStore, back: BlobStore) -> None:
        self.joins = front.joins
        self.front = front
        self.back = back

    def put(self, body: bytes, *, like: str | None = None, session: Session | None = None) -> str:
        """Into the one in front, unless the other has it."""
        if self.back.has(digest_of(body)):
            return self.back.put(body)
        return self.front.put(body, like=like, session=session)

    def get(self, digest: str) -> bytes:
        """The verified body, from whichever has it whole. Raises BlobCorrupt."""
        try:
            return self.front.get(digest)
        except BlobCorrupt:
            if not self.back.has(digest):
                raise
        return self.back.get(digest)

    def has(self, digest: str) -> bool:
        """Whether either has it."""
        return self.front.has(digest) or self.back.has(digest)

    def digests(self) -> Iterator[str]:
        """Every digest of either, each once."""
        yield from self.front.digests()
        for digest in self.back.digests():
            if not self.front.has(digest):
                yield digest

    def replace(self, body: bytes) -> None:
        """In the one in front."""
        self.front.replace(body)

    def chain(self, digest: str) -> tuple[str, ...]:
        """As the one in front has it, or the other."""
        return self.front.chain(digest) or self.back.chain(digest)

    def delete(self, digests: Collection[str], *, stored_before: datetime) -> int:
        """Removes from both what neither still needs."""
        removed = (one.delete(digests, stored_before=stored_before) for one in (self.front, self.back))
        return sum(removed)
