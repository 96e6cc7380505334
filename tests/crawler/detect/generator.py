"""Labelled injections: held-out items in every template, separator, place, hiding and encoding, on clean pages.

Each Injected knows how its block is written, so that its place can be found in whatever text a finding points into.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

from crawler.decode import Document, decode_bytes, decode_text
from crawler.detect.case import Case
from crawler.detect.language.tables import SIMPLIFIED
from crawler.extract import extract, visible_text
from crawler.model import Finding, Region
from jobs.demo.site.seeds import seed_text
from tests.crawler.detect.cases import HIDING, page, text_of
from tests.crawler.detect.government import government_page

URL = "http://www.example.gov.cn/art/2021/6/15/art_1_1.html"
SEPARATORS = ("|", "| ", "_", "-", ",", "，", " ", "\n", "")
COUNTS = (1, 2, 3, 4, 6, 10, 20, 40)
SEEN = ("title", "head", "middle", "tail", "foot")
HIDDEN = (
    "display:none",
    "visibility",
    "off-screen",
    "zero size",
    "same colour",
    "overflow",
    "marquee",
    "noscript",
    "script",
)
PLACES = (*SEEN, *HIDDEN)
TEMPLATES = ("text", "text", "links", "list", "breaks", "inline")
ENCODINGS = ("utf-8", "utf-8", "utf-8", "gbk", "big5", "decimal", "hexadecimal")
BOXES = ("<p>{}</p>", "<div>{}</div>", "<div><span>{}</span></div>")
TEXTS = ("huzhou-article", "qingdao-interview")
_BETWEEN = r"(?:<[^<>]*>|[\W_])*"


def _traditional() -> dict[int, str]:
    """Simplified → Traditional, by what Big5 calls common characters; those that both scripts share stay."""
    found: dict[int, str] = {}
    for old, new in SIMPLIFIED.items():
        if not _common_in_big5(new) and _common_in_big5(chr(old)):
            found.setdefault(ord(new), chr(old))
    return found


def _common_in_big5(character: str) -> bool:
    return b"\xa4\x40" <= character.encode("big5", "ignore") <= b"\xc6\x7e"


_TRADITIONAL = _traditional()


@dataclass(frozen=True, slots=True, kw_only=True)
class Injected:
    """A page (or, with place `text`, a text without markup) with a block in it, as the bytes that are served."""

    body: bytes
    markup: bool
    items: tuple[str, ...]
    written: tuple[str, ...]
    trade: str
    separator: str
    place: str
    template: str
    encoding: str
    traditional: bool

    @property
    def count(self) -> int:
        """How many items the block has."""
        return len(self.items)

    def document(self) -> Document:
        """The page as it is read."""
        if self.markup:
            return decode_bytes(self.body, url=URL, markup=True)
        return decode_text(self.body.decode("utf-8"), url=URL, markup=False)

    def case(self) -> Case:
        """The page as a first visit finds it."""
        document = self.document()
        return Case(document=document, article=extract(document), page_text=visible_text(document))

    def place_in(self, text: str) -> tuple[int, int] | None:
        """Where the block stands in a text, from its first item to its last; None where it does not."""
        for items in (self.items, self.written):
            if found := re.search(_BETWEEN.join(map(re.escape, items)), text):
                return found.span()
        return None

    def covered_by(self, findings: Sequence[Finding], case: Case) -> float:
        """How well the best of the findings covers the block: what both have, of what either has."""
        best = 0.0
        for finding in findings:
            true = self.place_in(source_of(case, finding.region))
            if true is not None:
                both = min(finding.end, true[1]) - max(finding.start, true[0])
                best = max(best, both / (max(finding.end, true[1]) - min(finding.start, true[0])))
        return best


def source_of(case: Case, region: Region) -> str:
    """The text that offsets of a region count in."""
    return text_of(case, region)


def band_of(count: int) -> str:
    """The class that a number of items is scored in."""
    return "1" if count == 1 else "2-3" if count < 4 else "4+"


@cache
def carriers() -> tuple[str, ...]:
    """Clean pages: the bundled site's as first published, and government pages made of patterns."""
    from bench.pages import demo_pages

    chance = random.Random(11)
    found = (*(one.text for one in demo_pages()), page(), *(government_page(chance) for _ in range(30)))
    return tuple(one for one in found if len(_PARAGRAPH.findall(one)) >= 3 and _END_OF_BODY.search(one))


def injections(
    trade: str, words: Mapping[str, Sequence[str]], *, each: int = 1, seed: int = 7, pages: Sequence[str] = ()
) -> Iterator[Injected]:
    """Every count × separator, `each` times with items, place, template and encoding drawn; the same for one seed."""
    chance = random.Random(f"{seed} {trade}")
    grid = product(COUNTS, SEPARATORS, range(each))
    for number, (count, separator, _) in enumerate(grid):
        items = [chance.choice(words[trade]) for _ in range(count)]
        # Places in turn: each comes as often as any other.
        yield injected(items, separator, PLACES[number % len(PLACES)], trade, chance, pages or carriers())


def plain_injections(
    trade: str, words: Mapping[str, Sequence[str]], *, each: int = 1, seed: int = 7
) -> Iterator[Injected]:
    """The same in texts without markup: on a line of their own at the head, in the middle, at the tail."""
    chance = random.Random(f"{seed} {trade} plain")
    for count in COUNTS:
        for separator in SEPARATORS:
            for _ in range(each):
                items = tuple(chance.choice(words[trade]) for _ in range(count))
                lines = seed_text(chance.choice(TEXTS)).splitlines()
                at = chance.choice((0, chance.randrange(1, len(lines)), len(lines)))
                text = "\n".join([*lines[:at], separator.join(items), *lines[at:]])
                yield Injected(
                    body=text.encode(),
                    markup=False,
                    items=items,
                    written=items,
                    trade=trade,
                    separator=separator,
                    place="text",
                    template="text",
                    encoding="utf-8",
                    traditional=False,
                )


def injected(
    items: Sequence[str], separator: str, place: str, trade: str, chance: random.Random, pages: Sequence[str]
) -> Injected:
    """A block of these items put into one of the pages."""
    encoding = chance.choice(ENCODINGS)
    carrier = chance.choice(pages)
    template = "text" if place in ("title", "script") else chance.choice(TEMPLATES)
    if template == "inline" and place not in ("head", "middle", "tail"):
        template = "text"
    traditional = encoding == "big5" or chance.random() < 0.2
    if traditional:
        items, carrier = [item.translate(_TRADITIONAL) for item in items], carrier.translate(_TRADITIONAL)
    written = tuple(_references(item, encoding) for item in items)
    source = _put(carrier, _templated(written, separator, template), place, template, separator, chance)
    charset = encoding if encoding in ("gbk", "big5") else "utf-8"
    source = _CHARSET.sub(f"charset={charset}", source)
    return Injected(
        body=source.encode(charset, "xmlcharrefreplace"),
        markup=True,
        items=tuple(items),
        written=written,
        trade=trade,
        separator={"list": "\n", "breaks": "\n"}.get(template, separator),
        place=place,
        template=template,
        encoding=encoding,
        traditional=traditional,
    )


_CHARSET = re.compile(r"""charset=["']?[\w-]+["']?""", re.IGNORECASE)
_PARAGRAPH = re.compile(r"<p\b[^>]*>[^<]{12,}", re.IGNORECASE)
_END_OF_PARAGRAPH = re.compile(r"</p>", re.IGNORECASE)
_BODY, _END_OF_BODY = re.compile(r"<body\b[^>]*>", re.IGNORECASE), re.compile(r"</body>", re.IGNORECASE)
_TITLE = re.compile(r"<title>([^<]*)</title>", re.IGNORECASE)


def _references(item: str, encoding: str) -> str:
    if encoding == "decimal":
        return "".join(f"&#{ord(character)};" for character in item)
    if encoding == "hexadecimal":
        return "".join(f"&#x{ord(character):x};" for character in item)
    if encoding in ("gbk", "big5"):
        # As the bytes will say it: what the charset lacks is a reference.
        return item.encode(encoding, "xmlcharrefreplace").decode(encoding)
    return item


def _templated(written: Sequence[str], separator: str, template: str) -> str:
    linked = [
        f'<a href="http://m{number}.example.top/" target="_blank">{item}</a>' for number, item in enumerate(written)
    ]
    if template == "links":
        return separator.join(linked)
    if template == "list":
        return "<ul>" + "".join(f"<li>{link}</li>\n" for link in linked) + "</ul>"
    return ("<br>" if template == "breaks" else separator).join(written)


def _put(carrier: str, block: str, place: str, template: str, separator: str, chance: random.Random) -> str:
    if place == "title":
        glue = separator if separator.strip() else "-"
        before = chance.random() < 0.3
        pattern = "<title>{block}{glue}{own}</title>" if before else "<title>{own}{glue}{block}</title>"
        return _TITLE.sub(lambda found: pattern.format(block=block, glue=glue, own=found[1]), carrier, count=1)
    if place in HIDDEN:
        where = chance.choice(("head", "middle", "tail", "foot"))
        return _at(carrier, HIDING[HIDDEN.index(place)].format(block), where, "text", chance)
    # An injection stands in a box of its own, or at the end of a paragraph that was there.
    shape = (
        "{}" if template == "inline" else chance.choice(("<p>{}</p>", "<div>{}</div>", "<div><span>{}</span></div>"))
    )
    return _at(carrier, shape.format(block), place, template, chance)


def _at(carrier: str, piece: str, place: str, template: str, chance: random.Random) -> str:
    if place == "foot":
        at = [found.start() for found in _END_OF_BODY.finditer(carrier)][-1]
    else:
        paragraphs = [found.start() for found in _PARAGRAPH.finditer(carrier)]
        number = {"head": 0, "tail": len(paragraphs) - 1, "middle": chance.randrange(1, len(paragraphs) - 1)}[place]
        at = paragraphs[number]
        end = _END_OF_PARAGRAPH.search(carrier, at)
        if end is not None and (template == "inline" or place == "tail"):
            at = end.start() if template == "inline" else end.end()
    return carrier[:at] + piece + carrier[at:]
