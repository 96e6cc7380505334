"""The file behind one link of an Article: how it stands, and what a request for it decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crawler.model.content import Change
from crawler.model.wire import Snapshot, Validators


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachedFile:
    """How one attachment of a Page stands. `digest` None: it was never had, and what never was cannot change.

    `digest`, `size` and `media_type` are those of the file last received, `since` when it was first received. `due` is
    when to ask again. `missing_count` counts answers running that it is not there; `gone` once that was said.
    """

    url: str
    name: str
    digest: str | None = None
    size: int | None = None
    media_type: str | None = None
    since: datetime | None = None
    validators: Validators = Validators()
    asked_at: datetime | None = None
    due: datetime | None = None
    failures: int = 0
    missing_count: int = 0
    gone: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileVerdict:
    """Everything that one request for an attachment decided: how it stands now, what to keep, what to tell.

    `snapshot` is set where the file is new or another; `change` happened to the Page at its newest Version.
    """

    state: AttachedFile
    at: datetime
    snapshot: Snapshot | None = None
    change: Change | None = None
