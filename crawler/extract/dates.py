"""Dates as pages show them → ISO 8601."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_TIME: Final = (
    r"(?:\s{{0,3}}[T,，]?\s{{0,3}}(?P<{p}hour>[01]?\d|2[0-4])\s?[:：∶时]\s?(?P<{p}minute>[0-5]\d)"
    r"(?:\s?[:：∶分]\s?(?P<{p}second>[0-5]\d)(?!\d))?(?:\.\d{{1,9}})?(?P<{p}zone>Z|[+-][01]\d:?[0-5]\d)?)?"
)
_MONTHS: Final = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH: Final = r"(?P<{p}name>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]{{0,6}}\.?"
_SHAPES: Final = (
    r"(?<![\d.])(?P<year>19\d\d|20\d\d)\s?(?:[-/.．－–—]|年)\s?(?P<month>1[0-2]|0?[1-9])\s?(?:[-/.．－–—]|月)\s?"
    r"(?P<day>3[01]|[12]\d|0?[1-9])(?!\d)\s?日?" + _TIME.format(p=""),
    r"(?<![\d.])(?:民國|中華民國)?\s?(?P<r_year>1[01]\d)\s?(?:年|-)\s?(?P<r_month>1[0-2]|0?[1-9])\s?(?:月|-)\s?"
    r"(?P<r_day>3[01]|[12]\d|0?[1-9])(?!\d)\s?日?" + _TIME.format(p="r_"),
    _MONTH.format(p="e_")
    + r"\s{1,2}(?P<e_day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?,?\s{1,2}(?P<e_year>19\d\d|20\d\d)(?!\d)"
    + _TIME.format(p="e_"),
    r"(?<!\d)(?P<d_day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?\s{1,2}"
    + _MONTH.format(p="d_")
    + r",?\s{1,2}(?P<d_year>19\d\d|20\d\d)(?!\d)"
    + _TIME.format(p="d_"),
)
# What a date may begin with is tried before its shapes.
_DATE: Final = re.compile(r"(?=[\d民中\sJFMASOND])(?:" + "|".join(f"(?:{shape})" for shape in _SHAPES) + ")")
# Every shape has a year, and so digits in a row that may be one.
_YEAR: Final = re.compile(r"19\d\d|20\d\d|1[01]\d\s?[年-]")
_LAST_DAY: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True)
class ShownDate:
    """A date found in a text: ISO 8601 with as much time as was shown, and where it stood."""

    iso: str
    start: int
    end: int


def find_dates(text: str) -> list[ShownDate]:
    """All complete dates in a text, in order. Impossible ones (31 June) are not dates."""
    found: list[ShownDate] = []
    if not ("1" in text or "2" in text) or _YEAR.search(text) is None:
        return found
    for match in _DATE.finditer(text):
        iso = _iso(match)
        if iso:
            found.append(ShownDate(iso, match.start(), match.end()))
    return found


def _iso(match: re.Match[str]) -> str | None:
    prefix = next(p for p in ("", "r_", "e_", "d_") if match[p + "year"] is not None)
    year = int(match[prefix + "year"]) + (1911 if prefix == "r_" else 0)
    if prefix in ("", "r_"):
        month = int(match[prefix + "month"])
    else:
        month = _MONTHS.index(match[prefix + "name"][:3].lower()) + 1
    day = int(match[prefix + "day"])
    if day > _LAST_DAY[month - 1]:
        return None
    iso = f"{year:04}-{month:02}-{day:02}"
    hour, minute, second, zone = match.group(*(prefix + key for key in ("hour", "minute", "second", "zone")))
    if hour is None or minute is None or int(hour) > 23:
        return iso
    iso += f"T{int(hour):02}:{minute}" + (f":{second}" if second else "")
    if zone and zone != "Z" and ":" not in zone:
        zone = zone[:3] + ":" + zone[3:]
    return iso + (zone or "")
