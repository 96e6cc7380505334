"""Durations and sizes as sources.toml writes them, and what is said of a value that is none."""

from __future__ import annotations

import re
from datetime import timedelta
from difflib import get_close_matches

LONGEST = timedelta(days=3650)
LARGEST = 1024**3

_AMOUNT = r"(?:(\d{1,9}(?:\.\d{1,6})?)%s)?"
_DURATION = re.compile("".join(_AMOUNT % unit for unit in "wdhms"))
_SIZE = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)([KMG])I?B?")
_SECONDS = (604_800, 86_400, 3_600, 60, 1)
_LIKE_A_DURATION = 'write it like "6h", "15m", "7d" or "1h30m"'


class Wrong(ValueError):
    """The value is not what its key may hold; the message says what would be right."""


def suggestion(word: str, known: list[str]) -> str:
    """`; did you mean "x"?` for a near miss, else what there is to choose from."""
    near = get_close_matches(word, known, n=1, cutoff=0.6) or [one for one in known if one.lower() == word.lower()]
    return f'did you mean "{near[0]}"?' if near else "one of " + ", ".join(f'"{one}"' for one in known)


def duration(value: object) -> timedelta:
    """ "1h30m" → timedelta."""
    found = _DURATION.fullmatch(value.replace(" ", "")) if isinstance(value, str) else None
    if found is None or not any(found.groups()):
        raise Wrong(f"not a duration; {_LIKE_A_DURATION}")
    seconds = sum(float(amount) * size for amount, size in zip(found.groups(), _SECONDS, strict=True) if amount)
    if seconds > LONGEST.total_seconds():
        raise Wrong("longer than ten years; a week is written 7d")
    return timedelta(seconds=seconds)


def interval(value: object) -> timedelta:
    """A duration that is not zero."""
    length = duration(value)
    if length < timedelta(seconds=1):
        raise Wrong(f"shorter than a second; {_LIKE_A_DURATION}")
    return length


def format_duration(length: timedelta) -> str:
    """timedelta → "1h30m", as `duration` reads it."""
    micros = length // timedelta(microseconds=1)
    out = ""
    for unit, size in (("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000)):
        amount, micros = divmod(micros, size)
        out += f"{amount}{unit}" if amount else ""
    if micros or not out:
        out += f"{micros / 1_000_000:f}".rstrip("0").rstrip(".") + "s"
    return out


def size(value: object) -> int:
    """ "32MB" → bytes; K, M and G count by 1024."""
    found = _SIZE.fullmatch(value.replace(" ", "").upper()) if isinstance(value, str) else None
    amount = int(float(found[1]) * 1024 ** "KMG".find(found[2]) * 1024) if found else 0
    if amount < 1024:
        raise Wrong('not a size of a file; write it like "32MB" or "500KB"')
    if amount > LARGEST:
        raise Wrong("larger than 1GB, which no file may be")
    return amount


def format_size(amount: int) -> str:
    """Bytes → "32MB", as `size` reads it."""
    unit = next((unit for unit in "GM" if amount % (1024 ** ("KMG".find(unit) + 1)) == 0), "K")
    return f"{amount / 1024 ** ('KMG'.find(unit) + 1):.10g}{unit}B"
