"""Tags with a "<" or ">" in a quoted value, or with quotes that do not match: where such a tag really ends."""

from __future__ import annotations

import re
from string import ascii_letters

from crawler.extract.nesting import Unusual

# The standard's tokenizer (13.2.5.32 to 13.2.5.42), one attribute at a time: the end of the tag, or a name and a value.
_NAME = re.compile(r"/?[a-zA-Z][^\s/>]*|[!?]")
_ATTRIBUTE = re.compile(
    r"[\s/]*+(?:(>)|[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|(?![\"'])[^\s>]++|(?=>))|(?!\s*+=)))"
)
_MOST_PIECES = 100
_MOST_CHARACTERS = 100_000


TAG_STARTS = frozenset("/!?" + ascii_letters)


def cut_short(tag: str) -> bool:
    """Whether a quote is left open in what stands before the first ">": then the tag ends later."""
    return tag.count('"') & 1 == 1 or ("='" in tag and tag.count("'") & 1 == 1)


def mend(pieces: list[str], at: int) -> int:
    """Makes piece `at` begin with its whole tag, and the pieces that the tag reached into empty; the first behind them.

    The tag is left without "<" and ">". Raises Unusual for what is no tag, or one without an end.
    """
    joined = pieces[at]
    for following in range(at + 1, min(at + _MOST_PIECES, len(pieces)) + 1):
        end = _end_of(joined)
        if end is not None:
            pieces[at] = joined[: end - 1].replace("<", " ").replace(">", " ") + ">" + joined[end:]
            for done in range(at + 1, following):
                pieces[done] = ""
            return following
        if following == len(pieces) or len(joined) > _MOST_CHARACTERS:
            break
        joined += "<" + pieces[following]
    raise Unusual


def _end_of(text: str) -> int | None:
    """Where the tag at the beginning of a text ends, behind its ">"; None where the text ends first."""
    name = _NAME.match(text)
    if name is None:
        raise Unusual
    if name[0] in ("!", "?"):
        return text.find(">") + 1 or None
    place = name.end()
    while (found := _ATTRIBUTE.match(text, place)) is not None and found.end() > place:
        place = found.end()
        if found[1]:
            return place
    return None
