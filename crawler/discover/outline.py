"""One walk over a parsed page: where its links and texts stand, in flat tables that later steps read in linear time."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.discover import words
from crawler.urls import as_sent

MAX_NODES = 1_000_000
MAX_ANCHORS = 20_000

_SKIPPED = frozenset(
    {"script", "style", "noscript", "template", "select", "textarea", "svg", "iframe", "object", "head"}
)
# The class of these says how a row is drawn (odd, first, red), not which list it belongs to.
_CLASSLESS = frozenset(
    {"li", "tr", "td", "th", "dd", "dt", "p", "span", "font", "b", "strong", "em", "i", "html", "body"}
)
_LETTERS = re.compile(r"[^\W\d_]+")
_MAX_NAME = 200  # characters of a class or id that are read


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """One <a href>: its element's number, the href as it is sent, the title attribute of it or of what it holds."""

    element: int
    href: str
    hint: str | None


@dataclass(slots=True, kw_only=True)
class Outline:
    """Flat tables of a page, one row per element in document order, so that a subtree is a range.

    `parent[i]` is the number of the parent (-1: none), `end[i]` the number after the last element inside i, `path[i]`
    a number equal for elements that stand in the same place of the same structure, `weight[i]` how much a link there
    counts (1.0, less in frames), `chunk_start/chunk_end` the range of `chunks`, the visible texts, inside i.
    """

    tag: list[str] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    path: list[int] = field(default_factory=list)
    frame: list[float] = field(default_factory=list)
    chunk_start: list[int] = field(default_factory=list)
    chunk_end: list[int] = field(default_factory=list)
    chunks: list[str] = field(default_factory=list)
    chunk_owner: list[int] = field(default_factory=list)
    anchors: list[Anchor] = field(default_factory=list)

    def text_in(self, element: int, limit: int = 2_000) -> str:
        """The visible text inside an element, white space folded, at most about `limit` characters of it."""
        return self.text_between(self.chunk_start[element], self.chunk_end[element], limit)

    def text_between(self, start: int, end: int, limit: int = 2_000) -> str:
        """The visible text of a range of chunks, white space folded, at most about `limit` characters of it."""
        parts: list[str] = []
        size = 0
        for chunk in self.chunks[start : min(end, start + 500)]:
            parts.append(chunk[: limit - size])
            size += len(parts[-1])
            if size >= limit:
                break
        return " ".join(" ".join(parts).split())


def outline(tree: LexborHTMLParser, encoding: str) -> Outline:
    """Walk the tree of a page in this charset once: at most MAX_NODES nodes and MAX_ANCHORS links of it."""
    out = Outline()
    if tree.root is None:
        return out
    numbers: dict[int, int] = {}
    paths: dict[tuple[int, str], int] = {}
    skipped: set[int] = set()
    for count, node in enumerate(tree.root.traverse(include_text=True)):
        if count >= MAX_NODES or len(out.anchors) >= MAX_ANCHORS:
            break
        tag = node.tag or ""
        parent = node.parent
        above = parent.mem_id if parent is not None else 0
        if above in skipped:
            skipped.add(node.mem_id)
        elif tag == "-text":
            text = node.text_content
            if text and not text.isspace() and above in numbers:
                out.chunks.append(text)
                out.chunk_owner.append(numbers[above])
        elif tag in _SKIPPED:
            skipped.add(node.mem_id)
        elif tag and tag[0] not in "-!_":
            numbers[node.mem_id] = _add_element(out, node, tag, numbers.get(above, -1), paths, encoding)
    _close(out)
    return out


def _add_element(
    out: Outline, node: LexborNode, tag: str, parent: int, paths: dict[tuple[int, str], int], encoding: str
) -> int:
    number = len(out.tag)
    attributes = node.attributes
    label = f"{(attributes.get('id') or '')[:_MAX_NAME]} {(attributes.get('class') or '')[:_MAX_NAME]}".lower()
    key = tag if tag in _CLASSLESS else f"{tag} {' '.join(_LETTERS.findall(label)[:3])}"
    above = out.path[parent] if parent >= 0 else -1
    out.tag.append(tag)
    out.name.append(label)
    out.parent.append(parent)
    out.end.append(number + 1)
    out.path.append(paths.setdefault((above, key), len(paths)))
    out.frame.append(_frame_weight(tag, label, attributes.get("role")))
    out.chunk_start.append(len(out.chunks))
    out.chunk_end.append(len(out.chunks))
    if tag == "a" and attributes.get("href"):
        href = as_sent(attributes["href"] or "", encoding)
        out.anchors.append(Anchor(element=number, href=href, hint=attributes.get("title")))
    elif attributes.get("title") and out.anchors and not out.anchors[-1].hint and _inside(out, number):
        out.anchors[-1] = replace(out.anchors[-1], hint=attributes["title"])
    return number


def _inside(out: Outline, number: int) -> bool:
    """Whether an element stands inside the last link, a few levels down at most."""
    link = out.anchors[-1].element
    for _ in range(4):
        if number > link:
            number = out.parent[number]
    return number == link


def _frame_weight(tag: str, label: str, role: str | None) -> float:
    """1.0, or less where the element's own name says that it is a frame and not the page's matter."""
    if tag in {"html", "body", "main", "article", "a"}:
        return 1.0
    weight = min(words.FRAME_TAGS.get(tag, 1.0), words.FRAME_ROLES.get((role or "").lower(), 1.0))
    for name in label.split():
        parts = _LETTERS.findall(name)
        for part in (*parts, "".join(parts)):
            weight = min(weight, words.FRAME_PARTS.get(part, 1.0))
    return weight


def _close(out: Outline) -> None:
    """Fill in where each element's subtree and its texts end."""
    for index, owner in enumerate(out.chunk_owner):
        out.chunk_end[owner] = max(out.chunk_end[owner], index + 1)
    for number in range(len(out.tag) - 1, 0, -1):
        parent = out.parent[number]
        if parent >= 0:
            out.end[parent] = max(out.end[parent], out.end[number])
            out.chunk_end[parent] = max(out.chunk_end[parent], out.chunk_end[number])
