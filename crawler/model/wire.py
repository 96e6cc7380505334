"""What goes over the wire: a request, and the three things that can come of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from crawler.model.kinds import FailureReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a conditional request sends back: ETag and Last-Modified exactly as they were received."""

    etag: str | None = None
    last_modified: str | None = None

    def __bool__(self) -> bool:
        return bool(self.etag or self.last_modified)


# The header that marks a rendered Snapshot, and names the browser. A server's own header of this name is dropped.
RENDERED_BY = "Palimpsest-Rendered-By"


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRequest:
    """One GET as the fetcher needs it. `may_be_private`: the configuration names this host, so it may be local.

    `render`: an HTML page is wanted as its scripts leave it, run in `timezone`. `part`: asked for by such a page's
    scripts. `headers` are sent in place of ours of the same name. `follow` False: a redirect, or a page that only sends
    its reader on, is the answer.
    """

    url: str
    validators: Validators = Validators()
    host_delay: timedelta = timedelta(0)
    tls: Literal["modern", "legacy"] = "modern"
    may_be_private: frozenset[str] = frozenset()
    max_bytes: int = 64 * 1024 * 1024
    deadline: timedelta = timedelta(seconds=60)
    headers: tuple[tuple[str, str], ...] = ()
    render: bool = False
    timezone: str = "UTC"
    part: bool = False
    follow: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One response exactly as received, content-codings undone: bytes, headers, status, time, and how it was reached.

    `url` is the URL asked for, `final_url` the one that answered after `redirects` (each a URL that redirected). Of a
    rendered page the body is what its scripts left, in UTF-8, and the headers say so; the rest is as received.
    """

    url: str
    final_url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    fetched_at: datetime
    redirects: tuple[str, ...] = ()

    def header(self, name: str) -> str | None:
        """The first value of a header by its case-insensitive name, or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    @property
    def digest(self) -> str:
        """sha-256 of the body, in hex: the name of its blob."""
        return hashlib.sha256(self.body).hexdigest()

    @property
    def rendered(self) -> bool:
        """Whether the body is the page after its scripts have run."""
        return self.header(RENDERED_BY) is not None

    @property
    def validators(self) -> Validators:
        """The validators for the next conditional request; none from a redirected, failed or rendered response."""
        if self.status != 200 or self.redirects or self.rendered:
            return Validators()
        return Validators(etag=self.header("etag"), last_modified=self.header("last-modified"))


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """A 304: the server says that what we hold is current."""

    url: str
    fetched_at: datetime
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFailed:
    """No response that could be read. `retry_after`: how long the server asked us to stay away, if it did."""

    url: str
    fetched_at: datetime
    reason: FailureReason
    detail: str
    retry_after: timedelta | None = None


FetchResult = Snapshot | NotModified | FetchFailed
