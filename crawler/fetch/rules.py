"""What a robots.txt says to one robot. Protego matches the paths; lines, groups and names are read here.

RFC 9309 where Protego is more generous: a group belongs to whom its `User-agent` lines name exactly, all groups of
one robot count together, unknown lines do not end a group's list of robots, and an escaped letter is not the letter.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import quote

from protego import Protego

MAX_BYTES = 500 * 1024

_AGENT = {"user-agent", "useragent", "user agent"}
_ALLOW = {"allow"}
_DISALLOW = {"disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw"}
_DELAY = {"crawl-delay", "crawldelay", "crawl delay"}

_LINE_END = re.compile(r"\r\n|\r|\n")
_TOKEN = re.compile(r"[A-Za-z_-]+")
_ESCAPE = re.compile(r"%([0-9A-Fa-f])([0-9A-Fa-f])")
# Hex digits as letters that are none: Protego then sees no escapes, and so undoes none.
_OPAQUE = str.maketrans("0123456789ABCDEF", "ghijklmnopqrstuv")
_PRINTABLE_ASCII = "".join(c for c in string.printable if c not in string.whitespace) + " "


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules for one robot. `crawl_delay` is what the site asks for, or None."""

    matcher: Protego | None
    crawl_delay: timedelta | None = None

    def allow(self, url: str) -> bool:
        """Whether the robot may fetch `url`, whose path is compared as it is escaped in it."""
        return self.matcher is None or self.matcher.can_fetch(_opaque(url), "*")


NO_RULES = Rules(None)


@dataclass(slots=True)
class _Group:
    agents: set[str] = field(default_factory=set)
    lines: list[str] = field(default_factory=list)
    delay: str | None = None


def parse_rules(robots: bytes, agent: str) -> Rules:
    """The rules of a robots.txt for `agent` (a product token, compared without case). HTML has no rules in it."""
    text = robots[:MAX_BYTES].removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    if text.lstrip().startswith("<"):
        return NO_RULES
    groups = _groups(text)
    ours = [group for group in groups if agent.lower() in group.agents] if agent else []
    ours = ours or [group for group in groups if "*" in group.agents]
    lines = [line for group in ours for line in group.lines]
    delays = [delay for group in ours if (delay := _delay(group.delay)) is not None]
    matcher = Protego.parse("\n".join(["User-agent: *", *lines])) if lines else None
    return Rules(matcher, max(delays, default=None))


def _groups(text: str) -> list[_Group]:
    groups: list[_Group] = []
    naming = False
    for raw in _LINE_END.split(text):
        line = raw.partition("#")[0].strip()
        key, value = _key_and_value(line)
        if key in _AGENT:
            if not naming:
                groups.append(_Group())
            naming = True
            groups[-1].agents.add(_agent_name(value))
        elif groups and key in _ALLOW | _DISALLOW:
            naming = False
            if value:
                groups[-1].lines.append(f"{'Allow' if key in _ALLOW else 'Disallow'}: {_pattern(value)}")
        elif groups and key in _DELAY:
            groups[-1].delay = value
    return groups


def _key_and_value(line: str) -> tuple[str, str]:
    key, colon, value = line.partition(":")
    if not colon:
        # Seen in the wild, and read by Google: "Disallow /path".
        words = line.split()
        if len(words) != 2:
            return "", ""
        key, value = words
    return key.strip().lower(), value.strip()


def _agent_name(value: str) -> str:
    if value == "*" or value.startswith(("* ", "*\t")):
        return "*"
    token = _TOKEN.match(value)
    return token.group().lower() if token else ""


def _pattern(value: str) -> str:
    """A path pattern with everything beyond ASCII escaped, as it is in a URL."""
    return _opaque(quote(value, safe=_PRINTABLE_ASCII, errors="surrogateescape"))


def _opaque(text: str) -> str:
    return _ESCAPE.sub(lambda escape: "%" + escape.group()[1:].upper().translate(_OPAQUE), text)


def _delay(value: str | None) -> timedelta | None:
    try:
        seconds = float(value or "")
    except ValueError:
        return None
    return timedelta(seconds=min(seconds, 86400)) if seconds > 0 else None
