"""The extractors that are measured, each behind one call: a page in, what it read out.

Imported inside the environment that has the extractor, so everything here is imported late and only the standard
library at the top.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import logging
from collections.abc import Callable
from dataclasses import dataclass

# What was read: `title`, `date`, `issuer`, and the body as `text` or as `html`; a missing field is not offered.
Reading = dict[str, "str | None"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page as a worker gets it. `raw` is set where the page is fed as bytes; `text` is always there."""

    url: str
    text: str
    raw: bytes | None = None

    @property
    def given(self) -> str | bytes:
        """What an extractor that decodes by itself is given."""
        return self.text if self.raw is None else self.raw


Read = Callable[[Page], Reading]


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One extractor. `distribution` is what it is installed as, `home` which environment runs it."""

    name: str
    distribution: str
    load: Callable[[], Read] | None
    home: str = "peers"
    fields: tuple[str, ...] = ("title",)
    note: str = ""


def _palimpsest() -> Read:
    from crawler.decode import decode_bytes, decode_text
    from crawler.extract import extract

    def read(page: Page) -> Reading:
        given = page.given
        decoded = decode_text(given, url=page.url) if isinstance(given, str) else decode_bytes(given, url=page.url)
        article = extract(decoded)
        return {
            "title": article.title,
            "date": article.published,
            "issuer": article.issuer,
            "text": article.text,
        }

    return read


def _lexbor() -> Read:
    from selectolax.lexbor import LexborHTMLParser

    def read(page: Page) -> Reading:
        LexborHTMLParser(page.text)
        return {}

    return read


def _trafilatura() -> Read:
    from trafilatura import bare_extraction

    def read(page: Page) -> Reading:
        found = bare_extraction(page.given, url=page.url, include_comments=False, with_metadata=True)
        return {"title": found.title, "date": found.date, "text": found.text} if found else {}

    return read


def _readability_lxml() -> Read:
    from readability import Document

    def read(page: Page) -> Reading:
        document = Document(page.given, url=page.url)
        return {"html": document.summary(html_partial=True), "title": document.short_title()}

    return read


def _gne() -> Read:
    from gne import GeneralNewsExtractor

    extractor = GeneralNewsExtractor()

    def read(page: Page) -> Reading:
        found = extractor.extract(page.text)
        return {"title": found["title"], "date": found["publish_time"], "text": found["content"]}

    return read


def _magic_html() -> Read:
    from magic_html import GeneralExtractor

    extractor = GeneralExtractor()

    def read(page: Page) -> Reading:
        found = extractor.extract(page.text, base_url=page.url)
        return {"title": found.get("title"), "html": found.get("html")}

    return read


def _resiliparse() -> Read:
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.encoding import detect_encoding
    from resiliparse.parse.html import HTMLTree

    def read(page: Page) -> Reading:
        given = page.given
        if isinstance(given, str):
            tree = HTMLTree.parse(given)
        else:
            tree = HTMLTree.parse_from_bytes(given, detect_encoding(given, from_html_meta=True))
        return {"title": tree.title, "text": extract_plain_text(tree, main_content=True, comments=False)}

    return read


PEERS = (
    Peer(
        name="palimpsest",
        distribution="palimpsest",
        load=_palimpsest,
        home="project",
        fields=("title", "date", "issuer"),
        note="this project: decoding, parsing and all fields",
    ),
    Peer(
        name="trafilatura",
        distribution="trafilatura",
        load=_trafilatura,
        fields=("title", "date"),
        note="all metadata, tables, no comments",
    ),
    Peer(name="readability-lxml", distribution="readability-lxml", load=_readability_lxml),
    Peer(
        name="readability.js",
        distribution="@mozilla/readability",
        load=None,
        home="node",
        fields=("title", "date"),
        note="Mozilla's, over linkedom; text only",
    ),
    Peer(name="magic-html", distribution="magic-html", load=_magic_html, note="needs Python 3.12; text only"),
    Peer(name="gne", distribution="gne", load=_gne, fields=("title", "date"), note="text only"),
    Peer(name="resiliparse", distribution="resiliparse", load=_resiliparse, note="main_content=True"),
    Peer(
        name="bare Lexbor",
        distribution="selectolax",
        load=_lexbor,
        home="project",
        fields=(),
        note="parses and reads nothing: the floor of speed",
    ),
)
BY_NAME = {peer.name: peer for peer in PEERS}


def load(name: str) -> tuple[Read, str]:
    """The extractor called so, ready to read, and its version. Raises whatever its import raises."""
    logging.disable(logging.CRITICAL)
    peer = BY_NAME[name]
    if peer.load is None:
        raise ImportError(f"{name} does not run in Python")
    return peer.load(), importlib.metadata.version(peer.distribution)
