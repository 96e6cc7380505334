"""What is watched: the Source, its Pages, and how its own entry stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from crawler.model.findings import Silence
from crawler.model.targets import Target
from crawler.model.wire import Validators


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleSelectors:
    """CSS selectors by which a Source's owner overrides extraction; None leaves a field to the extractor."""

    body: str | None = None
    title: str | None = None
    published: str | None = None
    issuer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonList:
    """Where a list that is served as JSON has what: names of keys, with dots from each to those inside it.

    `items` leads to the list, "" where the answer itself is it; the others from an item on. `link` may be an address
    with `{names}` in it.
    """

    link: str
    items: str = ""
    title: str | None = None
    date: str | None = None


SourceKind = Literal["listing", "feed", "sitemap", "page", "json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One configured site section. `kind` None means: found out at the first visit; "json" goes with `json`.

    A Page is gone when `gone_visits` running did not find it, the last of them `gone_after` the first. An alarm begins
    when the entry gave nothing `alarm_after` times running.
    """

    name: str
    url: str
    kind: SourceKind | None = None
    links: str | None = None
    next: str | None = None
    json: JsonList | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    every: timedelta = timedelta(hours=6)
    min_every: timedelta = timedelta(minutes=15)
    max_every: timedelta = timedelta(days=7)
    gone_visits: int = 2
    gone_after: timedelta = timedelta(0)
    timezone: str = "Asia/Shanghai"
    host_delay: timedelta = timedelta(seconds=2)
    tls: Literal["modern", "legacy"] = "modern"
    render: bool = False
    notify: tuple[Target, ...] = ()
    alarm_after: int = 3
    attachments: bool = True
    attachments_every: timedelta = timedelta(days=7)
    attachments_max_size: int = 32 * 1024 * 1024
    article: ArticleSelectors = ArticleSelectors()
    silence: tuple[Silence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A URL that discovery found, not yet admitted. `title` and `date_text` are what the listing shows, or None."""

    url: str
    title: str | None = None
    date_text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One tracked URL; `source` is the name of the Source that owns it."""

    url: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """How a Source's own entry page (its listing, feed or sitemap) stands.

    `kind` is what it turned out to be; `links` how many it named last time; `failures` how many visits in a row gave
    nothing, with `detail` saying why. `lying`: its validators stood on two different readings, and are not sent.
    """

    name: str
    url: str
    kind: SourceKind | None = None
    validators: Validators = Validators()
    links: int = 0
    failures: int = 0
    detail: str = ""
    lying: bool = False
    last_checked: datetime | None = None
    last_ok: datetime | None = None
    next_check: datetime | None = None


AlarmKind = Literal["failing", "overdue"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What an alarm about a Source is decided by: its `failures` running, and the one that is under way.

    `due` is the time of what has waited longest, None where nothing of the Source is due.
    """

    name: str
    failures: int
    due: datetime | None
    alarm: AlarmKind | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """An alarm that began at `since`, or ended (`recovered`); `late` is how long something of the Source has waited."""

    source: str
    kind: Literal["failing", "overdue", "recovered"]
    since: datetime
    failures: int
    late: timedelta | None
    detail: str

    @property
    def summary(self) -> str:
        """One line for a person."""
        match self.kind:
            case "failing":
                return f"failing: nothing came of {self.failures} visits running: {self.detail}"
            case "overdue":
                return f"overdue: {self.detail}"
            case "recovered":
                return f"recovered: {self.detail}"
