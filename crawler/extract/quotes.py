"""Tags with a "<" or ">" in a quoted value, or with quotes that do not match: where such a tag really ends."""

from __future__ import annotations

import re
from string import ascii_letters
from typing import Final

# The standard's tokenizer (13.2.5.32 to 13.2.5.42), one attribute at a time: the end of the tag, or a name and a value.
_NAME: Final = re.compile(r"/?[a-zA-Z][^\s/>]*|[!?]")
_ATTRIBUTE: Final = re.compile(
    r"[\s/]*+(?:(>)|[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|(?![\"'])[^\s>]++|(?=>))|(?!\s*+=)))"
)
_MOST_CHARACTERS: Final = 100_000


TAG_STARTS: Final = frozenset("/!?" + ascii_letters)


def cut_short(tag: str) -> bool:
    """Whether a quote is left open in what stands before the first ">": then the tag ends later."""
    return tag.count('"') & 1 == 1 or ("'" in tag and "='" in tag and tag.count("'") & 1 == 1)


def end_of_tag(html: str, at: int) -> int:
    """The index of the ">" that ends the tag whose "<" stands at `at`: one in a quoted value ends none.

    Where quotes are left open to the end of the page it is the first ">"; where there is none, the page's end.
    """
    end = html.find(">", at)
    if end < 0:
        return len(html)
    if cut_short(html[at + 1 : end]):
        quoted = quoted_end(html, at)
        return end if quoted is None else quoted
    return end


def quoted_end(html: str, at: int) -> int | None:
    """The same by the standard, read attribute by attribute; None for what is no tag, or one that does not end."""
    stop = min(at + _MOST_CHARACTERS, len(html))
    name = _NAME.match(html, at + 1, stop)
    if name is None:
        return None
    if name[0] in ("!", "?"):
        end = html.find(">", at)
        return end if end >= 0 else None
    place = name.end()
    while (found := _ATTRIBUTE.match(html, place, stop)) is not None and found.end() > place:
        place = found.end()
        if found[1]:
            return place - 1
    return None
