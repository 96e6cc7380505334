"""REMEMBER: the only SQL and the only blobs. Rows never leave it."""

from store.archive import Archive
from store.blobs import BlobStore, DatabaseBlobs, FolderBlobs
from store.bringing import Capture, Kept, Same
from store.figures import Figures
from store.history import History
from store.integrity import Integrity, Problem
from store.journal import Journal
from store.opening import Store, open_store
from store.outbox import Fate, Outbox, OutboxItem, Telling
from store.queue import Queue, owner_of
from store.repairing import Repaired
from store.rereading import Rereading
from store.retelling import Rewritten
from store.retention import Folded
from store.rows import host_of
from store.search import FoundVersion, FoundVersions
from store.views import (
    ChangeView,
    CheckView,
    Counts,
    FindingView,
    PageView,
    Recorded,
    SourceView,
    VersionView,
    finding_json,
)

__all__ = [
    "Archive",
    "BlobStore",
    "Capture",
    "ChangeView",
    "CheckView",
    "Counts",
    "DatabaseBlobs",
    "Fate",
    "Figures",
    "FindingView",
    "Folded",
    "FolderBlobs",
    "FoundVersion",
    "FoundVersions",
    "History",
    "Integrity",
    "Journal",
    "Kept",
    "Outbox",
    "OutboxItem",
    "PageView",
    "Problem",
    "Queue",
    "Recorded",
    "Repaired",
    "Rereading",
    "Rewritten",
    "Same",
    "SourceView",
    "Store",
    "Telling",
    "VersionView",
    "finding_json",
    "host_of",
    "open_store",
    "owner_of",
]
