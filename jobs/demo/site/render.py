"""One state of the site as documents: an article's HTML, the listing, the feed, the sitemap, robots.txt."""

from __future__ import annotations

import posixpath
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from jobs.demo.site.frame import NAVIGATION, RANKING, TO_TRADITIONAL
from jobs.demo.site.pages import DEMO_CITY, DemoPage
from jobs.demo.site.rounds import PageState, page_states
from jobs.demo.site.seeds import SPAM_LEAD, spam_items

DISCLAIMER = "A reconstruction for a software demonstration; not a page of any government."
LISTING_LENGTH = 7
_SENTENCE_ENDS = frozenset("。!?:;,”！？：；，、")
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    keep_trailing_newline=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """What the view counters show: this page's, and the whole site's in the footer."""

    page: int = 0
    site: int = 0


NO_VIEWS = Counters()


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A link as a template shows it. `gap` is the white space that follows it."""

    href: str
    label: str
    day: str = ""
    gap: str = ""
    rfc822: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One paragraph of a body, and what it is for the page's markup."""

    text: str
    heading: bool = False
    caption: bool = False
    signature: bool = False


def article_html(state: PageState, number: int, counters: Counters) -> str:
    """The article's whole page in round `number`, as text."""
    page = state.page
    around = _around(page, state.path, number, counters)
    view = SimpleNamespace(
        **around,
        meta=state.dress.meta,
        column_id=_slug(page.column),
        column_href=_column_href(page.column),
        views=page.views + counters.page,
        blocks=_blocks(page, state.paragraphs),
        spam=_spam_links() if state.injected else (),
        spam_lead=SPAM_LEAD,
    )
    return _ENVIRONMENT.get_template(f"{page.template}.html.jinja").render(v=view)


def listing_html(number: int, index: int, counters: Counters) -> str | None:
    """Page `index` (from 0) of the listing in round `number`, or None where the listing has no such page."""
    listed = [state for state in page_states(number) if state.listed]
    count = -(-len(listed) // LISTING_LENGTH)
    if not 0 <= index < count:
        return None
    here = listed[index * LISTING_LENGTH : (index + 1) * LISTING_LENGTH]
    view = _plain_view(
        counters,
        entries=[_anchor(state, "/xwfb/index.html") for state in here],
        page_count=count,
        page_index=index,
    )
    return _ENVIRONMENT.get_template("listing.html.jinja").render(v=view)


def machine_text(template: str, number: int, base: str) -> str:
    """The feed, the sitemap or robots.txt of round `number`; `base` is the site's address without a final slash."""
    entries = [_anchor(state, None) for state in page_states(number) if state.listed]
    view = _plain_view(NO_VIEWS, base=base, entries=entries)
    return _ENVIRONMENT.get_template(f"{template}.jinja").render(v=view)


def column_html(heading: str, message: str, counters: Counters) -> str:
    """A page of the site that is no article: the home page, a column, a topic."""
    view = _plain_view(counters, heading=heading, message=message)
    return _ENVIRONMENT.get_template("column.html.jinja").render(v=view)


def notice_html(heading: str, message: str) -> str:
    """A bare page with a message: an error, or a soft 404."""
    return _ENVIRONMENT.get_template("notice.html.jinja").render(v=SimpleNamespace(heading=heading, message=message))


def attachment_rtf(name: str) -> bytes:
    """A small, valid document to stand behind an attachment's link."""
    words = "".join(f"\\u{ord(character)}?" if ord(character) > 126 else character for character in name)
    return f"{{\\rtf1\\ansi {words}\\par}}\n".encode("ascii")


def _around(page: DemoPage, path: str, number: int, counters: Counters) -> dict[str, object]:
    """The frame of an article: a traditional page's frame is in traditional script and links only to its like."""
    to_script = _translator(page.traditional)
    listed = [
        state
        for state in page_states(number)
        if state.listed and state.page.traditional == page.traditional and state.page is not page
    ]
    newer = next((state for state in reversed(listed) if state.page.day > page.day), None)
    older = next((state for state in listed if state.page.day <= page.day), None)
    return {
        "p": page,
        "t": to_script,
        "disclaimer": DISCLAIMER,
        "navigation": _navigation(to_script),
        "ranking": _ranking(to_script),
        "latest": [_anchor(state, path) for state in listed],
        "newer": _anchor(newer, path) if newer else None,
        "older": _anchor(older, path) if older else None,
        "site_views": 1864203 + counters.site,
    }


def _plain_view(counters: Counters, **more: object) -> SimpleNamespace:
    to_script = _translator(False)
    return SimpleNamespace(
        p=SimpleNamespace(site=DEMO_CITY),
        t=to_script,
        disclaimer=DISCLAIMER,
        navigation=_navigation(to_script),
        ranking=_ranking(to_script),
        site_views=1864203 + counters.site,
        **more,
    )


def _translator(traditional: bool) -> Callable[[str], str]:
    return (lambda words: words.translate(TO_TRADITIONAL)) if traditional else str


def _slug(words: str) -> str:
    """A stable number for a column's name, as content managers give them."""
    return str(10000 + zlib.crc32(words.encode("utf-8")) % 90000)


def _column_href(words: str) -> str:
    return f"/col/col{_slug(words)}/index.html"


def _navigation(to_script: Callable[[str], str]) -> list[tuple[Anchor, list[Anchor]]]:
    return [
        (
            Anchor(href=_column_href(heading), label=to_script(heading)),
            [Anchor(href=_column_href(entry), label=to_script(entry)) for entry in entries],
        )
        for heading, entries in NAVIGATION
    ]


def _ranking(to_script: Callable[[str], str]) -> list[Anchor]:
    return [Anchor(href=f"/zt/{_slug(title)}/index.html", label=to_script(title), day=day) for day, title in RANKING]


def _anchor(state: PageState, seen_from: str | None) -> Anchor:
    """A link to an article: relative when seen from a page in the same section, as content managers write them."""
    published = datetime.fromisoformat(state.page.published).replace(tzinfo=UTC)
    return Anchor(
        href=_relative(state.path, seen_from) if seen_from else state.path,
        label=state.page.title,
        day=state.page.day,
        rfc822=format_datetime(published, usegmt=True),
    )


def _relative(path: str, seen_from: str) -> str:
    if path.split("/")[1] != seen_from.split("/")[1]:
        return path
    relative = posixpath.relpath(path, posixpath.dirname(seen_from))
    return relative if relative.startswith("..") else f"./{relative}"


def _blocks(page: DemoPage, paragraphs: tuple[str, ...]) -> list[Block]:
    # A short line at the end without a full stop is an office or a date, set to the right.
    signed = len(paragraphs)
    while signed and len(paragraphs[signed - 1]) < 20 and paragraphs[signed - 1][-1] not in _SENTENCE_ENDS:
        signed -= 1
    blocks = [
        Block(
            text=text,
            heading=len(text) < 24 and text[-1] not in _SENTENCE_ENDS and index < signed,
            signature=index >= signed,
        )
        for index, text in enumerate(paragraphs)
    ]
    for index, caption in page.captions:
        blocks.insert(index, Block(text=caption, caption=True))
    return blocks


def _spam_links() -> list[Anchor]:
    """The junk items as links off the site; the seed's white space around each bar is kept."""
    items = spam_items()
    links = []
    for index, item in enumerate(items):
        following = items[index + 1] if index + 1 < len(items) else ""
        links.append(
            Anchor(
                href=f"http://www.pool-{index + 1:02}.example/",
                label=item.lstrip(),
                gap=following[: len(following) - len(following.lstrip())],
            )
        )
    return links
