"""What is kept of a Page, put together by its times: for whoever takes it out of here, and puts it in again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from crawler.model import Change, Json, NewVersion, Snapshot, ToldFinding, Version
from store.responses import KeptResponse
from store.views import ChangeView, CheckView, FindingView, PageView

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What is recorded of a Page at one time: mostly a Check, and what it brought.

    `response` is the one that came then; `read_from` the one that the Version was read from, which may be a later one.
    `link` is the Version's in the chain of digests, "" where there is none.
    """

    at: datetime
    check: CheckView | None = None
    version: Version | None = None
    article_digest: str = ""
    link: str = ""
    response: KeptResponse | None = None
    read_from: KeptResponse | None = None
    changes: tuple[ChangeView, ...] = ()
    findings: tuple[FindingView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPage:
    """A Page with all that is kept of it. `moments`, by time, can be gone through once, before the next Page is read.

    `standing` and `files` are the rows of the Page and of the files behind its links, as plain JSON; so are `marks`,
    what people decided of its Findings, and `former_links`.
    """

    page: PageView
    standing: Mapping[str, Json]
    files: tuple[Mapping[str, Json], ...]
    marks: tuple[Mapping[str, Json], ...]
    former_links: tuple[Mapping[str, Json], ...]
    moments: Iterator[Moment]


@dataclass(frozen=True, slots=True)
class Numbered(Generic[T]):
    """What had a number elsewhere, by which what happened at the same time is ordered; it keeps that where it can."""

    number: int | None
    it: T


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What is recorded of a Page at one time, as it comes from elsewhere; as Moment has it, with the bodies."""

    at: datetime
    check: CheckView | None = None
    number: int | None = None
    version: NewVersion | None = None
    snapshot: Snapshot | None = None
    read_from: Snapshot | None = None
    changes: tuple[Numbered[Change], ...] = ()
    findings: tuple[Numbered[ToldFinding], ...] = ()
