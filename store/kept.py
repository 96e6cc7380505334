"""What is kept of a Page, put together by its times: for whoever takes it out of here, and puts it in again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from crawler.model import Json, Snapshot, Version
from store.views import ChangeView, CheckView, FindingView, PageView


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptResponse:
    """A response that is kept, without its body: that lies under `digest`."""

    url: str
    final_url: str
    redirects: tuple[str, ...]
    status: int
    headers: tuple[tuple[str, str], ...]
    fetched_at: datetime
    digest: str
    size: int

    def snapshot(self, body: bytes) -> Snapshot:
        """The Snapshot, with its body."""
        return Snapshot(
            url=self.url,
            final_url=self.final_url,
            status=self.status,
            headers=self.headers,
            body=body,
            fetched_at=self.fetched_at,
            redirects=self.redirects,
        )


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

    `standing` and `files` are the rows of the Page and of the files behind its links, as plain JSON.
    """

    page: PageView
    standing: Mapping[str, Json]
    files: tuple[Mapping[str, Json], ...]
    moments: Iterator[Moment]
