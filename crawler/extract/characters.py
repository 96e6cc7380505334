"""Characters by their numbers, and short names as one: told apart without making a string of them.

Indexing a text and taking the number of what stands there costs next to nothing once compiled.
"""

from __future__ import annotations

from typing import Final

from mypy_extensions import i64

SPACE: Final = 0x20
BANG: Final = 0x21
QUOTE: Final = 0x22
AMPERSAND: Final = 0x26
APOSTROPHE: Final = 0x27
DASH: Final = 0x2D
SLASH: Final = 0x2F
LESS: Final = 0x3C
EQUALS: Final = 0x3D
GREATER: Final = 0x3E
SMALL_A: Final = 0x61
SMALL_Z: Final = 0x7A

# All characters beyond ASCII that are white space, and few others, are these or lie between two of them.
_DELETE: Final = 0x7F
_NO_BREAK: Final = 0xA0
_OGHAM: Final = 0x1680
_EN_QUAD: Final = 0x2000
_HAIR: Final = 0x200A
_LINE: Final = 0x2028
_MATHEMATICAL: Final = 0x205F
_IDEOGRAPHIC: Final = 0x3000


def name_key(name: str) -> i64:
    """A name of at most seven letters as one number, its letters as bytes; -1 of others."""
    if len(name) > 7 or not name.isascii():
        return -1
    key: i64 = 0
    for letter in name:
        key = (key << 8) | ord(letter)
    return key


def may_be_space(letter: i64) -> bool:
    """Whether a character beyond ASCII may be white space."""
    if not _DELETE <= letter <= _IDEOGRAPHIC:
        return False
    if letter <= _NO_BREAK:
        return True
    if _EN_QUAD <= letter <= _MATHEMATICAL:
        return letter <= _HAIR or letter >= _LINE
    return letter in (_OGHAM, _IDEOGRAPHIC)
