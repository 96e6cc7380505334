"""Backups of changedetection.io as it writes them, made for tests: watches, tags, and what was kept of each."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]

URL = "https://www.example.gov.cn/zwgk/notice.html"
FIRST, SECOND = "0b1c2d3e-0000-4000-8000-000000000001", "0b1c2d3e-0000-4000-8000-000000000002"
# 2024-03-01 08:00 UTC, and the two days after it.
DAYS = (1709280000, 1709366400, 1709452800)
TAG = "0b1c2d3e-0000-4000-8000-00000000000a"


FULL = {
    "url": URL,
    "title": "食堂采购",
    "tags": [TAG],
    "include_filters": ["#zoom", "xpath://div[@id='b']", "json:$.a"],
    "subtractive_selectors": [".ad"],
    "time_between_check": {"weeks": None, "days": None, "hours": 0, "minutes": 5, "seconds": None},
    "time_between_check_use_default": False,
    "notification_urls": ["mailto://user:secret@example.org", "post://hook.example.org/x"],
    "fetch_backend": "html_webdriver",
    "headers": {"Cookie": "secret"},
    "browser_steps": [{"operation": "Click element"}],
    "processor": "text_json_diff",
}


def settings(**application: Any) -> dict[str, Any]:
    """The settings of the whole program."""
    return {"settings": {"application": {"schema_version": 33, **application}, "requests": {}}}


def text(*paragraphs: str) -> bytes:
    """A page as it is kept there: what its markup says as text."""
    return "\n\n".join(("首页 | 新闻", *paragraphs)).encode()


def br(body: bytes) -> bytes:
    """Packed as it packs longer texts."""
    packed: bytes = brotli.compress(body)
    return packed


def backup(
    watches: Mapping[str, Mapping[str, Any]],
    members: Mapping[str, bytes] | None = None,
    said: Mapping[str, Any] | None = None,
    *,
    old: bool = False,
) -> bytes:
    """A zip file: each watch in a file of its own, or (`old`) all in one."""
    packed = io.BytesIO()
    whole = dict(said if said is not None else settings())
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        if old:
            archive.writestr("url-watches.json", json.dumps(whole | {"watching": watches}))
        else:
            archive.writestr("changedetection.json", json.dumps(whole))
            for uuid, watch in watches.items():
                archive.writestr(f"{uuid}/watch.json", json.dumps({"uuid": uuid, **watch}))
        archive.writestr("url-list.txt", "".join(f"{watch.get('url')}\r\n" for watch in watches.values()))
        for name, body in (members or {}).items():
            archive.writestr(name, body)
    return packed.getvalue()


def history(uuid: str, kept: Mapping[int, bytes], *, packed: bool = True) -> dict[str, bytes]:
    """The members that hold what was kept of a watch at these times."""
    names = {at: f"{number:032x}.txt" + (".br" if packed else "") for number, at in enumerate(kept)}
    index = "".join(f"{at},{name}\n" for at, name in names.items()).encode()
    bodies = {f"{uuid}/{names[at]}": br(body) if packed else body for at, body in kept.items()}
    return {f"{uuid}/history.txt": index, **bodies}


def write(folder: Path, body: bytes, name: str = "backup.zip") -> str:
    """The file, written; its path as a word of a command."""
    path = folder / name
    path.write_bytes(body)
    return str(path)
