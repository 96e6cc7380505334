"""Raw bodies by the sha-256 of their content: a BlobStore gives back the bytes it was given, or says BlobCorrupt."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol

from store.blobs.database import DatabaseBlobs
from store.blobs.folder import FolderBlobs

__all__ = ["BlobStore", "DatabaseBlobs", "FolderBlobs"]


class BlobStore(Protocol):
    """What every blob store does; tests/conformance/test_blobs.py holds each of them to it."""

    def put(self, body: bytes) -> str:
        """Keeps a body durably and returns its digest; the same body is stored once. Raises StoreFull, StoreBusy."""
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

    def delete(self, digest: str, *, stored_before: datetime) -> bool:
        """Removes a blob, unless it was put (again) since `stored_before`; returns whether it was removed."""
        ...
