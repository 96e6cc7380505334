"""The reader of `notify`: addresses, or tables that say of what an address is told. No message shows an address."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from functools import cache
from typing import Any

from crawler.model import KINDS, Severity, Target
from crawler.sources.amounts import Wrong, interval, suggestion

LONGEST_DIGEST = timedelta(days=31)
_LIKE = 'write it like ["mailto://user:password@example.org"] or [{ to = "mailto://…", kinds = ["injected"] }]'


def targets(value: object) -> tuple[Target, ...]:
    """A list of addresses and tables → Targets."""
    if not isinstance(value, list):
        raise Wrong(f"not a list of notification addresses; {_LIKE}")
    found = []
    for number, entry in enumerate(value, 1):
        try:
            found.append(_target(entry))
        except Wrong as wrong:
            raise Wrong(f"entry {number}: {wrong}") from None
    return tuple(found)


def unknown_source(told: Collection[Target], names: Collection[str]) -> str | None:
    """What is wrong with a name in `sources` that no Source has; None where nothing is."""
    for pattern in (pattern for target in told for pattern in target.sources):
        if not any(fits(name, pattern) for name in names):
            return f'sources: no source is called "{pattern}"; {suggestion(pattern, sorted(names))}'
    return None


def of_source(told: Collection[Target], name: str) -> tuple[Target, ...]:
    """Those that are told of the Source of this name."""
    return tuple(
        target for target in told if not target.sources or any(fits(name, pattern) for pattern in target.sources)
    )


def fits(name: str, pattern: str) -> bool:
    """Whether a whole name is as the pattern says, in which `*` stands for anything."""
    return _compiled(pattern).fullmatch(name) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("*"))))


def _target(entry: object) -> Target:
    if isinstance(entry, str):
        return Target(to=_address(entry))
    if not isinstance(entry, dict):
        raise Wrong(f"neither an address nor a table; {_LIKE}")
    values: dict[str, Any] = {}
    for key, value in entry.items():
        if key not in _READERS:
            raise Wrong(f"{key}: no such key; {suggestion(key, list(_READERS))}")
        try:
            values[key] = _READERS[key](value)
        except Wrong as wrong:
            raise Wrong(f"{key}: {wrong}") from None
    if "to" not in values:
        raise Wrong('to is missing; add to = "mailto://user:password@example.org"')
    return Target(**values)


def _address(value: object) -> str:
    if not isinstance(value, str) or "://" not in value:
        raise Wrong('not an address; write it whole, like "mailto://user:password@example.org"')
    return value


def _kinds(value: object) -> tuple[str, ...]:
    for kind in (names := _names(value)):
        if kind not in KINDS:
            raise Wrong(f'"{kind}" is not known; {suggestion(kind, list(KINDS))}')
    return names


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(one, str) and one.strip() for one in value):
        raise Wrong("not a list of names; write them in quotes between [ and ], or leave the key out")
    return tuple(value)


def _severity(value: object) -> Severity:
    known = [severity.value for severity in Severity]
    if value not in known:
        raise Wrong("not known; " + suggestion(value if isinstance(value, str) else "", known))
    return Severity(str(value))


def _digest(value: object) -> timedelta:
    length = interval(value)
    if length > LONGEST_DIGEST:
        raise Wrong("longer than 31 days, which is too late to be told")
    return length


_READERS: Mapping[str, Callable[[object], object]] = {
    "to": _address,
    "kinds": _kinds,
    "severity": _severity,
    "sources": _names,
    "digest": _digest,
}
TARGET = tuple(_READERS)
