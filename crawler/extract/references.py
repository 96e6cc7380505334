"""Character references undone, as a parser undoes them."""

from __future__ import annotations

import re
from html import unescape as _undo
from typing import Final

from mypy_extensions import i64

from crawler.extract.characters import AMPERSAND, SPACE, may_be_space

# What may be a reference, as html.unescape has it. In an attribute, one without its semicolon that a letter or "="
# follows is part of an address.
_REFERENCE: Final = re.compile(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)")
_IN_ATTRIBUTE: Final = re.compile(r"&(?:#\w+;?|\w+;|\w+(?![\w=;]))")
# A page has few different ones, many times. Bounded against pages made of them.
_KNOWN: Final[dict[str, str]] = {}
_MOST_KNOWN: Final = 2_048
_SHORT: Final = 240


def unescape(text: str) -> str:
    """A text with its character references undone."""
    return _REFERENCE.sub(_undone, text) if "&" in text else text


def folded(line: str) -> str:
    """A line of markup as it is shown: references undone, white space folded."""
    end = len(line)
    if end <= _SHORT:  # most are, and have nothing to fold but at their end
        while end > 0 and ord(line[end - 1]) <= SPACE:
            end -= 1
        at: i64 = 0
        before: i64 = SPACE
        while at < end:
            letter: i64 = ord(line[at])
            if letter <= SPACE:
                if letter != SPACE or before == SPACE:
                    break
            elif letter == AMPERSAND or may_be_space(letter):
                break
            before = letter
            at += 1
        else:
            return line if end == len(line) else line[:end]
    return " ".join((unescape(line) if "&" in line else line).split())


def unescape_attribute(value: str) -> str:
    """An attribute's value with its character references undone."""
    return _IN_ATTRIBUTE.sub(_undone, value) if "&" in value else value


def _undone(found: re.Match[str]) -> str:
    written = found[0]
    known = _KNOWN.get(written)
    if known is None:
        known = _undo(written)
        if len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[written] = known
    return known
