"""JSON as sites serve it: in any charset, wrapped in a call, and at times made to fill the memory of who parses it."""

from __future__ import annotations

import json
import re
from typing import Any

from crawler.decode import decode_bytes
from crawler.model import Snapshot

# Far beyond any list of links. A value of three bytes takes sixty when it is parsed: what counts is how many there are.
MAX_BYTES = 8 * 1024 * 1024
MAX_VALUES = 500_000
# What may stand around the value: the call of JSONP, an assignment, what keeps it from being run as a script.
_BEFORE = re.compile(
    r"\s*(?:/\*.{0,500}?\*/\s*)?"
    r"(?:\)\]\}',?\s*|while\(1\);\s*|(?:(?:var|let|const)\s+)?[A-Za-z_$][\w$.\[\]'\"]{0,200}\s*[(=]\s*)?",
    re.DOTALL,
)
_AFTER = re.compile(r"\s*\)?\s*;?\s*(?:/\*.{0,500}?\*/\s*)?", re.DOTALL)


class Unreadable(Exception):
    """The body is no JSON, or more than can be borne; the message says which, after "it is expected, but"."""


def json_value(snapshot: Snapshot) -> Any:  # noqa: ANN401 (whatever the JSON holds)
    """The value of a body. Raises Unreadable."""
    body = snapshot.body
    if len(body) > MAX_BYTES:
        raise Unreadable(f"its {len(body):,} bytes are more than any list of links needs; the cap is {MAX_BYTES:,}")
    if sum(map(body.count, (b",", b"[", b"{"))) > MAX_VALUES:
        raise Unreadable(f"it has more values than any list of links needs; the cap is {MAX_VALUES:,}")
    # As plain text: a <meta> in one of its values says nothing of the whole.
    content_type = snapshot.header("content-type")
    text = decode_bytes(body, url=snapshot.final_url, content_type=content_type, markup=False).text
    before = _BEFORE.match(text)
    try:
        value, end = json.JSONDecoder(strict=False).raw_decode(text, before.end() if before else 0)
    except RecursionError:
        raise Unreadable("it is nested too deeply to be read") from None
    except ValueError as error:
        raise Unreadable(f"this is no JSON ({error}); it begins {_shown(text, 0)}") from None
    if not _AFTER.fullmatch(text, end):
        raise Unreadable(f"something stands after the JSON: {_shown(text, end)}")
    return value


def _shown(text: str, at: int) -> str:
    return repr(" ".join(text[at : at + 60].split()))
