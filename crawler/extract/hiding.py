"""Elements that are in the markup but not to be seen."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from crawler.extract.rules import RAW_TAGS
from crawler.extract.tags import BREAK, CLOSE, HREF, KINDS, OPEN, unescape
from crawler.model import fold_space

_STYLE = re.compile(r'\sstyle="([^"]*)"')


@dataclass(slots=True)
class Concealed:
    """A hidden piece: its text, how it is hidden, the (address, text) of its links, and the line it stands before."""

    how: str
    line: int
    text: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)


_OFF_SCREEN = re.compile(
    r"(?:left|top|right|bottom|text-indent|margin-left|margin-top)\s*:\s*-\s*\d{3,}\s*(?:px|em|pt|rem)?"
)
_ZERO_BOX = re.compile(r"(?<![\w-])(?:height|width|max-height|max-width)\s*:\s*[01](?:px|pt|em|%)?\s*(?:;|!|$)")
_COLOUR = re.compile(r"(?<![\w-])(background-color|background|color)\s*:\s*([^;!]+)")


def how_hidden(attrs: str) -> str | None:
    """How an element's own attributes keep it from being seen, or None.

    One of display:none, visibility, off-screen, zero-size, font-size 0, same-colour.
    """
    found = _STYLE.search(attrs)
    if found is None:
        return "display:none" if re.search(r"\shidden(?:=|\s|$)", attrs) else None
    style = found[1].lower().replace("&quot;", "")
    packed = style.replace(" ", "")
    if "display:none" in packed:
        return "display:none"
    if "visibility:hidden" in packed or "opacity:0;" in packed + ";":
        return "visibility"
    placed = "position" in packed or "text-indent" in packed or "margin" in packed
    if placed and _OFF_SCREEN.search(style):
        return "off-screen"
    if "overflow:hidden" in packed and _ZERO_BOX.search(style):
        return "overflow"
    if re.search(r"font-size:0(?:px|pt|em|%|;|!|$)", packed):
        return "font-size 0"
    if ("width" in packed and "height" in packed) and len(_ZERO_BOX.findall(style)) > 1:
        return "zero-size"
    return _same_colour(style) if "background" in packed else None


def _same_colour(style: str) -> str | None:
    colours = {name[:10]: value.split()[0] for name, value in _COLOUR.findall(style) if value.split()}
    same = colours.get("color") is not None and colours.get("color") == colours.get("background")
    return "same-colour" if same else None


class Away:
    """Reading through an element that is not to be seen, up to its end tag; through a comment, when it has no name."""

    __slots__ = ("_comment", "_raw", "_texts", "_within", "depth", "end", "found", "link", "name", "rest", "shown")

    def __init__(self, name: str, found: Concealed | None) -> None:
        self.name, self.end, self.found = name, f"/{name}", found
        self.depth = 1
        self.link: str | None = None
        self.rest = ""
        self._texts: list[str] = []
        self._raw = name in RAW_TAGS
        self._within = ""
        self._comment = not name
        self.shown: list[str] = []

    def takes(self, piece: str, tag: str, text: str) -> bool:
        """Whether this piece is still inside; when it is not, `rest` is the text behind the end."""
        if self._within:
            if tag == self._within:
                self._within = ""
                self._texts.append(text)
            return True
        if not self._raw and (self._comment or tag[:3] == "!--"):
            _, end, self.rest = piece.partition("-->")
            self._comment = not end
            if end and not self.name:
                return False
            if self.found is not None:
                self._texts.append(self.rest)
            return True
        if tag == self.end:
            self.depth -= 1
            if self.depth == 0:
                self.rest = text
                self._end()
                return False
        elif not self._raw and (tag == self.name or tag.startswith(f"{self.name} ")):
            self.depth += 1
        if self.found is not None:
            inner = tag.partition(" ")[0]
            if inner in RAW_TAGS:
                self._within = f"/{inner}"
            else:
                self._collect(inner, tag, text)
        return True

    def _collect(self, inner: str, tag: str, text: str) -> None:
        if inner == "a":
            found = HREF.search(tag)
            self.link = unescape(found[1]) if found is not None else None
            self.shown = []
        elif tag == "/a":
            self._unlink()
        elif KINDS.get(inner) in (OPEN, CLOSE, BREAK):
            self._texts.append(" ")
        self._texts.append(text)
        if self.link is not None:
            self.shown.append(text)

    def _unlink(self) -> None:
        if self.link is not None and self.found is not None:
            self.found.links.append((self.link, fold_space(unescape("".join(self.shown)))))
        self.link = None

    def _end(self) -> None:
        if self.found is not None:
            self._unlink()
            self.found.text = fold_space(unescape("".join(self._texts)))
