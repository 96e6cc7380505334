"""What a box of the page is by its names: frame, body, heading or caption."""

from __future__ import annotations

import re
from typing import Final

from crawler.extract import rules
from crawler.extract.names import expanded, names_in

_FRAME_TAGS: Final = frozenset(("nav", "footer", "aside", "figcaption"))
_HEADING_TAGS: Final = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
FRAME: Final = 1
BODY: Final = 2
TITLE: Final = 4
CAPTION: Final = 8
STRONG: Final = 16
FRAME_TAG: Final = 32
HEADING_TAG: Final = 64
SUBTITLE: Final = 128


def _table(*names: tuple[str, int]) -> dict[str, int]:
    table: dict[str, int] = {}
    for words, role in names:
        for name in expanded(words):
            table[name] = table.get(name, 0) | role
    return table


_ALL: Final = (
    (rules.FRAME_NAMES, FRAME),
    (rules.STRONG_FRAME_NAMES, FRAME | STRONG),
    (rules.CAPTION_NAMES, CAPTION),
    (rules.BODY_SHAPES, BODY),
    (rules.TITLE_NAMES, TITLE),
    (rules.SUBTITLE_NAMES, SUBTITLE),
)
_PARTS: Final = _table(*_ALL)
_WORDS: Final = _table((rules.STRONG_FRAME_WORDS, FRAME | STRONG)) | dict.fromkeys(rules.BODY_NAMES, BODY)
_BEGINNINGS: Final = tuple((name[:-1], role) for name, role in _PARTS.items() if name.endswith("*"))
# With what a part of a name begins that says anything, and with which four letters one that may end anyhow.
_FIRST: Final = frozenset([re.split("[-_]", name)[0] for name in _PARTS])
_BEGIN: Final = frozenset([name[:4] for name, _ in _BEGINNINGS])
# No name that says anything has more parts.
_MOST_PARTS: Final = 3


# What single words of names mean, kept because sites share them; bounded against pages that never repeat one.
_ROLES: Final[dict[str, int]] = {}
_MOST_WORDS: Final = 16_384
_LONGEST_WORD: Final = 100


def box_role(tag: str, attrs: str) -> int:
    """What a box's tag and names say it is: a sum of FRAME, BODY, TITLE, CAPTION, STRONG (frame beyond doubt),
    FRAME_TAG, HEADING_TAG and SUBTITLE, or 0. `attrs` are its attributes in lower case."""
    role = FRAME_TAG if tag in _FRAME_TAGS else HEADING_TAG if tag in _HEADING_TAGS else 0
    if attrs:
        for word in names_in(attrs):
            known = _ROLES.get(word)
            role |= _role_of(word) if known is None else known
    return role


def _role_of(word: str) -> int:
    role = _WORDS.get(word, 0) | _role_of_parts(word)
    if len(word) < _LONGEST_WORD:
        if len(_ROLES) >= _MOST_WORDS:
            _ROLES.clear()
        _ROLES[word] = role
    return role


def _role_of_parts(word: str) -> int:
    """What the parts of a word between hyphens and underscores say, and what few of them running say together."""
    if "_" not in word and "-" not in word:
        parts = [word]
    else:
        parts = (word.replace("_", "-") if "_" in word else word).split("-")
    role, begin, open_ended = 0, 0, False
    for number, part in enumerate(parts):
        if part in _FIRST:
            end = begin - 1
            for running in parts[number : number + _MOST_PARTS]:
                end += 1 + len(running)
                role |= _PARTS.get(word[begin:end], 0)
        if not open_ended and part[:4] in _BEGIN:
            for name, meaning in _BEGINNINGS:
                if word.startswith(name, begin):
                    role |= meaning
                    open_ended = True
                    break
        begin += 1 + len(part)
    return role
