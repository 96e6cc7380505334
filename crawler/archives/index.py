"""An archive's answer to a question about its index → one Row a capture, and what is wrong with the other lines.

Three spellings are read, whichever was asked for: arrays, the first of which may name the columns (the Internet
Archive, with a key to go on by after the last), an object a line (pywb), and columns between spaces, as in CDX files.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

# The columns of an answer that does not name them.
COLUMNS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
# What pywb, and others after it, call some of them.
_ALSO = {"url": "original", "mime": "mimetype", "status": "statuscode"}
_STAMP = re.compile(r"[0-9]{14}")
# Nothing of the web is older.
BEGINNING = datetime(1991, 1, 1, tzinfo=UTC)
# An archive's clock may be ahead of ours a little.
_AHEAD = timedelta(days=1)
_SHOWN = 200


class NotAnIndex(Exception):
    """The answer is no index of captures at all; the message says what it is instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One capture as the index lists it. `key` is the URL as the archive sorts it: schemes and `www.` are one there.

    `status` is None where the index does not say: of a capture that only says that the one before holds. `digest` is
    the sha-1 of the payload in base32 where it is one, and otherwise as it was written.
    """

    key: str
    at: datetime
    url: str
    status: int | None
    mimetype: str
    digest: str

    @property
    def stamp(self) -> str:
        """Its time, as archives write it in fourteen digits."""
        return stamp_of(self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """One answer: its captures, the key to go on by, and what was wrong with lines that were left out.

    `lines` counts all that listed a capture, or should have.
    """

    rows: tuple[Row, ...]
    resume: str = ""
    lines: int = 0
    bad: tuple[str, ...] = ()

    @property
    def ordered(self) -> bool:
        """Whether its captures are in the order that archives keep them in."""
        places = [(row.key, row.stamp) for row in self.rows]
        return places == sorted(places)


def stamp_of(at: datetime) -> str:
    """A time as archives write it: fourteen digits, UTC."""
    return at.astimezone(UTC).strftime("%Y%m%d%H%M%S")


def read_index(body: bytes, now: datetime) -> Index:
    """The captures of one answer. A line that cannot be meant is left out, with the reason.

    Raises NotAnIndex where the whole answer is something else.
    """
    text = body.decode("utf-8", "replace").strip()
    if text[:1] == "<":
        raise NotAnIndex(f"a page in HTML: {_shown(re.sub('<[^>]*>', ' ', text))}")
    rows: list[Row] = []
    bad: list[str] = []
    columns: Sequence[str] = COLUMNS
    resume, ended, lines = "", False, 0
    for entry in _entries(text):
        if ended:
            resume = str(entry[0]) if isinstance(entry, list) and entry else ""
            break
        if isinstance(entry, list) and _names_columns(entry):
            columns = [str(name) for name in entry]
            continue
        # Between the captures and the key there is one that is empty.
        if entry == []:
            ended = True
            continue
        lines += 1
        row = _row(entry, columns, now)
        if isinstance(row, str):
            bad.append(row)
        else:
            rows.append(row)
    if lines and not rows and len(bad) == lines and not any(_STAMP.search(line) for line in bad):
        raise NotAnIndex(f"no list of captures: {_shown(text)}")
    return Index(rows=tuple(rows), resume=resume, lines=lines, bad=tuple(bad))


def _entries(text: str) -> Iterator[object]:
    """Each entry: a list of columns, an object, or the line itself where it is neither."""
    if text[:1] == "[":
        try:
            whole = json.loads(text)
        except (ValueError, RecursionError):
            # Broken somewhere: one entry stands on one line, and the others can still be read.
            yield from (_one(line.strip().removesuffix(",")) for line in _unwrapped(text).splitlines() if line.strip())
        else:
            yield from whole
        return
    for line in text.splitlines():
        yield _one(line) if line.strip() else []


def _unwrapped(text: str) -> str:
    return text.removeprefix("[").removesuffix("]") if text.startswith("[[") else text


def _one(line: str) -> object:
    if line[:1] in ("{", "["):
        try:
            return json.loads(line)
        except (ValueError, RecursionError):
            return line
    return line.split(" ")


def _names_columns(entry: list[object]) -> bool:
    return "timestamp" in entry and any(_ALSO.get(str(name), name) == "original" for name in entry)


def _row(entry: object, columns: Sequence[str], now: datetime) -> Row | str:
    """The capture that an entry lists, or what is wrong with it."""
    match entry:
        case dict():
            named = {str(name): str(value) for name, value in entry.items()}
        case [key, stamp, *rest] if rest and str(rest[0])[:1] == "{":
            # A line of a CDXJ file.
            try:
                named = {"urlkey": str(key), "timestamp": str(stamp), **json.loads(" ".join(map(str, rest)))}
            except (ValueError, TypeError, RecursionError):
                return f"cannot be read: {_shown(entry)}"
        case list() if len(entry) >= min(len(columns), len(COLUMNS)) - 1:
            named = dict(zip(columns, map(str, entry), strict=False))
        case _:
            return f"cannot be read: {_shown(entry)}"
    named = {_ALSO.get(name, name): str(value) for name, value in named.items()}
    stamp, url, status = named.get("timestamp", ""), named.get("original", ""), named.get("statuscode", "-")
    at = _time(stamp)
    if at is None:
        return f"{stamp!r} is no time: {_shown(entry)}"
    if at < BEGINNING:
        return f"{stamp} is before there was a web: {_shown(entry)}"
    if at > now + _AHEAD:
        return f"{stamp} is in the future: {_shown(entry)}"
    if not _is_url(url):
        return f"{_shown(url)!r} is no address: {_shown(entry)}"
    digest = _digest(named.get("digest", "-"))
    if not digest:
        return f"no digest: {_shown(entry)}"
    return Row(
        key=named.get("urlkey") or url,
        at=at,
        url=url,
        status=int(status) if status.isascii() and status.isdigit() and len(status) == 3 else None,
        mimetype=named.get("mimetype", "-"),
        digest=digest,
    )


def _time(stamp: str) -> datetime | None:
    if not _STAMP.fullmatch(stamp):
        return None
    try:
        return datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _is_url(url: str) -> bool:
    try:
        return urlsplit(url).scheme in ("http", "https") and bool(urlsplit(url).hostname)
    except ValueError:
        return False


def _digest(text: str) -> str:
    """One spelling for a sha-1: base32 in capitals, as most write it; anything else as it is, nothing for none."""
    bare = text.removeprefix("sha1:")
    if re.fullmatch("[0-9A-Fa-f]{40}", bare):
        return base64.b32encode(bytes.fromhex(bare)).decode()
    return bare.upper() if re.fullmatch("[A-Za-z2-7]{32}", bare) else text.strip("- ")


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
