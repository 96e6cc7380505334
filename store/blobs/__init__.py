"""Raw bodies by the sha-256 of their content: a BlobStore gives back the bytes it was given, or says BlobCorrupt."""

from __future__ import annotations

from store.blobs.database import DatabaseBlobs
from store.blobs.folder import FolderBlobs
from store.blobs.layered import LayeredBlobs
from store.blobs.objects import ObjectBlobs
from store.blobs.protocol import BlobStore

__all__ = ["BlobStore", "DatabaseBlobs", "FolderBlobs", "LayeredBlobs", "ObjectBlobs"]
