"""What a box of the page is by its names: frame, body, heading or caption."""

from __future__ import annotations

import re

from crawler.extract import rules

_FRAME_BOX = re.compile(rules.FRAME_NAMES)
_STRONG_FRAME = re.compile(rules.STRONG_FRAME_NAMES)
_CAPTION = re.compile(rules.CAPTION_NAMES)
_BODY_BOX = re.compile(rules.BODY_SHAPES)
_TITLE_BOX = re.compile(rules.TITLE_NAMES)


def _telling() -> re.Pattern[str]:
    """Finds whatever one of the patterns above finds, and a little more."""
    begin, end = r"(?:^|[\s_-])", r"(?:$|[\s_-])"
    shapes = "|".join(
        (rules.FRAME_NAMES, rules.STRONG_FRAME_NAMES, rules.CAPTION_NAMES, rules.BODY_SHAPES, rules.TITLE_NAMES)
    )
    for edge in (begin, end, r"(?:^|\s)", r"(?:$|\s)"):
        shapes = shapes.replace(edge, "")
    return re.compile(f"{begin}(?:{shapes}){end}")


# Most words say nothing; one search finds that out.
_TELLING = _telling()
_NAMES = re.compile(r'\s(?:id|class|itemprop|role)="([^"]*)"')
_FRAME_TAGS = frozenset(("nav", "footer", "aside", "figcaption"))
_HEADING_TAGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
FRAME, BODY, TITLE, CAPTION, STRONG, FRAME_TAG, HEADING_TAG = 1, 2, 4, 8, 16, 32, 64


def names_in(attrs: str) -> str:
    """An element's id, class, role and itemprop, lower case, joined by spaces."""
    return " ".join(_NAMES.findall(attrs)).lower() if attrs else ""


# What single words of names mean, kept because sites share them; bounded against pages that never repeat one.
_ROLES: dict[str, int] = {}
_MOST_WORDS = 16_384
_LONGEST_WORD = 100


def box_role(tag: str, attrs: str) -> int:
    """What a box's tag and names say it is: a sum of FRAME, BODY, TITLE, CAPTION, STRONG (frame beyond doubt),
    FRAME_TAG and HEADING_TAG, or 0."""
    role = FRAME_TAG if tag in _FRAME_TAGS else HEADING_TAG if tag in _HEADING_TAGS else 0
    if not attrs:
        return role
    for names in _NAMES.findall(attrs):
        for word in names.split():
            known = _ROLES.get(word)
            role |= _role_of(word) if known is None else known
    return role


def _role_of(name: str) -> int:
    word = name.lower()
    if word not in rules.BODY_NAMES and _TELLING.search(word) is None:
        return _keep(name, 0)
    role = FRAME if _FRAME_BOX.search(word) else 0
    if _STRONG_FRAME.search(word):
        role |= FRAME | STRONG
    if _CAPTION.search(word):
        role |= CAPTION
    if word in rules.BODY_NAMES or _BODY_BOX.search(word):
        role |= BODY
    if _TITLE_BOX.search(word):
        role |= TITLE
    return _keep(name, role)


def _keep(name: str, role: int) -> int:
    if len(name) < _LONGEST_WORD:
        if len(_ROLES) >= _MOST_WORDS:
            _ROLES.clear()
        _ROLES[name] = role
    return role
