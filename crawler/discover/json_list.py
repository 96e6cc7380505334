"""Lists that a site's pages fetch as JSON, where sources.toml says what is what in them (`json`)."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from crawler.discover.admit import MAX_LINKS, admit, resolve
from crawler.discover.discovery import Discovery
from crawler.discover.json_value import Unreadable, json_value
from crawler.discover.pagination import after_this
from crawler.model import JsonList, Link, Snapshot, Source

_FIELD = re.compile(r"\{([^{}]+)\}")
_MARKUP = re.compile(r"<[^<>]{0,500}>")
_EPOCH = re.compile(r"(?:/Date\()?(-?\d{9,16})(?:[+-]\d{4})?(?:\)/)?")
_COMPACT = re.compile(r"((?:19|20)\d\d)([01]\d)([0-3]\d)(?:([0-2]\d)([0-5]\d)([0-5]\d)?)?")
_SHOWN = 8  # keys of an object that are named where none of them was the one wanted


def read_json(snapshot: Snapshot, source: Source) -> Discovery:
    """The items of a list as links, those without a link left out; goes on at the page after while there are any."""
    declared = source.json
    if declared is None:
        return Discovery(kind="json", why="`json` in sources.toml no longer says where its items are")
    try:
        items = _items(json_value(snapshot), declared.items)
    except Unreadable as unreadable:
        return Discovery(kind="json", why=f"a JSON list was expected, but {unreadable}")
    found = [link for item in items[:MAX_LINKS] if (link := _link(item, declared, source.timezone)) is not None]
    base = snapshot.final_url
    links = admit(found, base=base, source=source)
    onward = resolve(after_this(source.next, base), base) if source.next and found else None
    return Discovery(
        kind="json",
        links=links,
        next=(onward,) if onward and onward != resolve(base, base) else (),
        why=_reason(items, found, links, declared),
    )


def _reason(items: list[Any], found: list[Link], links: tuple[Link, ...], declared: JsonList) -> str:
    if not items:
        return f"a JSON list without items{_at(declared.items)}"
    left_out = len(items) - len(found)
    if not found:
        keys = f": the first {_described(items[0])}"
        return f"a JSON list of {len(items)} items, none of which has a link at `{declared.link}`{keys}"
    without = f", {left_out} more without a link" if left_out else ""
    return f"a JSON list{_at(declared.items)}: {len(links)} links{without}"


def _at(path: str) -> str:
    return f" at `{path}`" if path else ""


# ---- the value ---------------------------------------------------------------------------------------------------


def _items(value: Any, path: str) -> list[Any]:  # noqa: ANN401
    walked: list[str] = []
    for name in _names(path):
        inside = _step(value, name)
        if inside is None:
            place = f"`{'.'.join(walked)}`" if walked else "the answer"
            raise Unreadable(f"{place} has no `{name}`: it {_described(value)}")
        value = inside
        walked.append(name)
    if not isinstance(value, list):
        raise Unreadable(f"what is{_at(path) or ' there'} is no list: it {_described(value)}")
    return value


def _names(path: str) -> Iterator[str]:
    return (name for name in path.split(".") if name)


def _step(value: Any, name: str) -> Any:  # noqa: ANN401
    """What `name` names in a value: a key of an object, a place in a list; None for nothing."""
    if isinstance(value, dict):
        return value.get(name)
    if isinstance(value, list) and name.isascii() and name.isdigit() and len(name) <= 6:
        return value[int(name)] if int(name) < len(value) else None
    return None


def _described(value: object) -> str:
    if isinstance(value, dict):
        keys = [str(key)[:40] for key in list(value)[: _SHOWN + 1]]
        more = ", …" if len(keys) > _SHOWN else ""
        return f"has {', '.join(keys[:_SHOWN])}{more}" if keys else "is empty"
    if isinstance(value, list):
        return f"is a list of {len(value)}"
    shown = json.dumps(value, ensure_ascii=False)
    return f"is {shown if len(shown) <= 40 else shown[:39] + '…'}"


# ---- an item -----------------------------------------------------------------------------------------------------


def _link(item: Any, declared: JsonList, timezone: str) -> Link | None:  # noqa: ANN401
    url = _address(item, declared.link)
    if not url:
        return None
    title = _text(_at_path(item, declared.title)) if declared.title else None
    date = _date(_at_path(item, declared.date), timezone) if declared.date else None
    # Search engines mark the words that were looked for.
    plain = html.unescape(_MARKUP.sub("", title)) if title else None
    return Link(url=url, title=plain, date_text=date)


def _address(item: Any, link: str) -> str | None:  # noqa: ANN401
    """The address of an item: the text at a path, or a template whose every field the item has."""
    if "{" not in link:
        return _text(_at_path(item, link))
    values = {name: _text(_at_path(item, name)) for name in _FIELD.findall(link)}
    return _FIELD.sub(lambda field: values[field[1]] or "", link) if all(values.values()) else None


def _at_path(value: Any, path: str) -> Any:  # noqa: ANN401
    for name in _names(path):
        value = _step(value, name)
    return value


def _text(value: object) -> str | None:
    """A text or a number as a text; None for anything else and for nothing but space."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    return str(value).strip() or None


def _date(value: object, timezone: str) -> str | None:
    """The date of an item as a person reads it: as it is written, or made of the seconds or digits it is kept as."""
    if isinstance(value, list) and 3 <= len(value) <= 7 and all(type(part) is int for part in value):
        return _of_parts([str(part) for part in value])
    if isinstance(value, float) and abs(value) < 1e16:
        value = int(value)
    text = _text(value)
    if text is None:
        return None
    if compact := _COMPACT.fullmatch(text):
        return _of_parts([part for part in compact.groups() if part])
    if epoch := _EPOCH.fullmatch(text):
        return _of_epoch(int(epoch[1]), timezone)
    return text


def _of_parts(parts: list[str]) -> str:
    """Year, month, day and what there is of the time, written as most listings write them."""
    day, time = "-".join(part.zfill(2) for part in parts[:3]), ":".join(part.zfill(2) for part in parts[3:5])
    return f"{day} {time}" if len(parts) > 4 else day


def _of_epoch(number: int, timezone: str) -> str | None:
    """Seconds, milliseconds or microseconds since 1970, by how many there are, in the time of the Source."""
    while abs(number) >= 100_000_000_000:
        number //= 1000
    try:
        moment = datetime.fromtimestamp(number, UTC).astimezone(ZoneInfo(timezone))
    except (ValueError, OverflowError, OSError):
        return None
    return moment.strftime("%Y-%m-%d %H:%M")
