"""What a box of the page is by its names: frame, body, heading or caption."""

from __future__ import annotations

import re

from crawler.extract import rules
from crawler.extract.names import expanded, names_in, runs_of

_FRAME_TAGS = frozenset(("nav", "footer", "aside", "figcaption"))
_HEADING_TAGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
FRAME, BODY, TITLE, CAPTION, STRONG, FRAME_TAG, HEADING_TAG, SUBTITLE = 1, 2, 4, 8, 16, 32, 64, 128


def _table(*names: tuple[str, int]) -> dict[str, int]:
    table: dict[str, int] = {}
    for words, role in names:
        for name in expanded(words):
            table[name] = table.get(name, 0) | role
    return table


_ALL = (
    (rules.FRAME_NAMES, FRAME),
    (rules.STRONG_FRAME_NAMES, FRAME | STRONG),
    (rules.CAPTION_NAMES, CAPTION),
    (rules.BODY_SHAPES, BODY),
    (rules.TITLE_NAMES, TITLE),
    (rules.SUBTITLE_NAMES, SUBTITLE),
)
_PARTS = _table(*_ALL)
_WORDS = _table((rules.STRONG_FRAME_WORDS, FRAME | STRONG)) | dict.fromkeys(rules.BODY_NAMES, BODY)
_BEGINNINGS = tuple((name[:-1], role) for name, role in _PARTS.items() if name.endswith("*"))
_BEGINNING = re.compile("(?:^|[_-])(" + "|".join(re.escape(name) for name, _ in _BEGINNINGS) + ")")
# With what a name begins that says anything, and with which four letters one that may end anyhow.
_FIRST = frozenset([re.split("[-_]", name)[0] for name in _PARTS])
_BEGIN = frozenset([name[:4] for name, _ in _BEGINNINGS])


# What single words of names mean, kept because sites share them; bounded against pages that never repeat one.
_ROLES: dict[str, int] = {}
_MOST_WORDS = 16_384
_LONGEST_WORD = 100


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
    role = _WORDS.get(word, 0)
    if "-" in word or "_" in word:
        for part in word.replace("-", "_").split("_"):
            if part in _FIRST or part[:4] in _BEGIN:
                role |= _role_of_parts(word)
                break
    else:
        role |= _PARTS.get(word, 0)
        if word[:4] in _BEGIN:
            role |= _role_of_parts(word)
    if len(word) < _LONGEST_WORD:
        if len(_ROLES) >= _MOST_WORDS:
            _ROLES.clear()
        _ROLES[word] = role
    return role


def _role_of_parts(word: str) -> int:
    role = 0
    for run in runs_of(word):
        role |= _PARTS.get(run, 0)
    found = _BEGINNING.search(word)
    return role | _PARTS[found[1] + "*"] if found is not None else role
