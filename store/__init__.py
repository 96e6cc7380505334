"""REMEMBER: the only SQL and the only blobs. Rows never leave it."""

from store.archive import Archive
from store.blobs import BlobStore, DatabaseBlobs, FolderBlobs
from store.bringing import Capture, Kept
from store.browsing import Browsing, PagePart, ReadFinding, ReadVersion
from store.cursors import Cursor, Part
from store.exporting import Exporting
from store.figures import Figures
from store.history import History
from store.importing import FreshPage, Importing, KnownPage, Misfit, Taking
from store.integrity import Integrity, Problem
from store.journal import Journal
from store.kept import Given, KeptPage, Moment, Numbered
from store.marks import Mark, Marks, MarkState
from store.opening import Store, open_store
from store.outbox import Fate, Outbox, OutboxItem, OutboxState, Telling
from store.parts import PageOrder, Parts
from store.people import Deed, People, Person, Role
from store.proof import FormerLink, Linked, Proof, Unreadable, reading_of
from store.queue import Queue, owner_of
from store.repairing import Repaired
from store.rereading import Rereading
from store.responses import KeptResponse
from store.retelling import Rewritten
from store.retention import Folded
from store.rows import article_json, article_of, host_of
from store.search import FoundVersion, FoundVersions
from store.stretches import Stretch
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
    "Browsing",
    "Capture",
    "ChangeView",
    "CheckView",
    "Counts",
    "Cursor",
    "DatabaseBlobs",
    "Deed",
    "Exporting",
    "Fate",
    "Figures",
    "FindingView",
    "Folded",
    "FolderBlobs",
    "FormerLink",
    "FoundVersion",
    "FoundVersions",
    "FreshPage",
    "Given",
    "History",
    "Importing",
    "Integrity",
    "Journal",
    "Kept",
    "KeptPage",
    "KeptResponse",
    "KnownPage",
    "Linked",
    "Mark",
    "MarkState",
    "Marks",
    "Misfit",
    "Moment",
    "Numbered",
    "Outbox",
    "OutboxItem",
    "OutboxState",
    "PageOrder",
    "PagePart",
    "PageView",
    "Part",
    "Parts",
    "People",
    "Person",
    "Problem",
    "Proof",
    "Queue",
    "ReadFinding",
    "ReadVersion",
    "Recorded",
    "Repaired",
    "Rereading",
    "Rewritten",
    "Role",
    "SourceView",
    "Store",
    "Stretch",
    "Taking",
    "Telling",
    "Unreadable",
    "VersionView",
    "article_json",
    "article_of",
    "finding_json",
    "host_of",
    "open_store",
    "owner_of",
    "reading_of",
]
