"""What discovery decides: the links of one entry page, where it goes on, and how it was recognised."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.model import Link, SourceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """What one entry page of a Source turned out to be, and what it names.

    `links` are canonical, without repeats, in page order, the Source's include and exclude applied. `next` are the
    URLs of further pages of the same listing (the next one, or all of them where the page declares their count), or
    the child sitemaps of a sitemap index; never the page itself, never another host. `title` is the page's or feed's
    own title, `feeds` the feeds that the page's own <link rel=alternate> names, `why` one sentence for a person.
    """

    kind: SourceKind
    links: tuple[Link, ...] = ()
    next: tuple[str, ...] = ()
    title: str | None = None
    feeds: tuple[str, ...] = ()
    why: str = ""
