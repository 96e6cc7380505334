"""Guards the parser against markup nested without end, on which it would take time in the square of its length."""

from __future__ import annotations

import re

# Browsers stop nesting at 512; no page a person wrote comes near.
MAX_DEPTH = 512

# So few tags the parser gets through in a tenth of a second however they nest.
_HARMLESS = 4_000
# Up to so many tags an estimate is enough: were it wrong, the parser would still need less than a second.
_COUNTED = 10_000
_STRETCH = 8 * 1024

# What nests nothing and pages are full of; written otherwise (<BR>) it costs a closer look and nothing else.
_VOID = ("<br", "<img", "<input", "<meta", "<link", "<hr", "<!")

_TAG = re.compile(r"<(/?[a-zA-Z][a-zA-Z0-9]*)")

# Tags that cannot stay open, or that the next of their kind closes: many of them nest nothing.
_FLAT_TAGS = """
    area base br col embed hr img input link meta param source track wbr p li dt dd tr td th thead tbody tfoot colgroup
    option optgroup rp rt html head body script style title textarea noscript iframe a frame path rect circle
"""
_FLAT = frozenset(name for tag in _FLAT_TAGS.split() for name in (tag, "/" + tag))


def flattened(text: str) -> str:
    """The text as it may be parsed: as it is, or with the tags that open below MAX_DEPTH taken out."""
    tags = text.count("<")
    if tags <= _HARMLESS or (tags <= _COUNTED and not _may_be_deep(text)):
        return text
    return _cut(text)


def _may_be_deep(text: str) -> bool:
    """An estimate by counting alone, so that an ordinary page costs next to nothing; only stray end tags deceive it."""
    depth = 0
    for at in range(0, len(text), _STRETCH):
        stretch = text[at : at + _STRETCH]
        closed = stretch.count("</")
        opened = stretch.count("<") - closed - sum(map(stretch.count, _VOID))
        if depth + opened > MAX_DEPTH:
            return True
        depth = max(depth + opened - closed, opened)
    return False


def _cut(text: str) -> str:
    open_now: dict[str, int] = {}
    depth = 0
    parts: list[str] = []
    start = 0
    for found in _TAG.finditer(text):
        name = found[1].lower()
        if name in _FLAT:
            continue
        if name[0] == "/":
            if open_now.get(name[1:], 0) > 0:
                open_now[name[1:]] -= 1
                depth -= 1
        elif depth < MAX_DEPTH:
            open_now[name] = open_now.get(name, 0) + 1
            depth += 1
        elif found.start() >= start:
            end = text.find(">", found.end())
            parts.append(text[start : found.start()])
            start = len(text) if end < 0 else end + 1
    return "".join((*parts, text[start:]))
