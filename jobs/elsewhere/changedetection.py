"""A backup of changedetection.io: its watches, and of each what it kept.

A zip file with `changedetection.json` and a `watch.json` in each watch's folder, or, before schema 26, all of it in
`url-watches.json`; in the folder, `history.txt` has a line `time,file` for each text that was kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from jobs.elsewhere import watches
from jobs.elsewhere.backup import Backup, Unreadable
from jobs.elsewhere.entries import Entry, Found
from jobs.elsewhere.given import Given
from jobs.elsewhere.texts import Texts

# The newest layout that this was written against: changedetection.io 0.60.
NEWEST_SCHEMA = 33
_SETTINGS, _OLD = "changedetection.json", "url-watches.json"
_FOLDER = re.compile(r"([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})/(watch|tag)\.json\Z")


def recognise(given: Given) -> bool:
    """Whether it is such a backup, or the old file of all watches by itself."""
    if given.head.startswith(b"PK"):
        try:
            members = Backup.of(given.file).members
        except Unreadable:
            return False
        return any(name in (_SETTINGS, _OLD) or _FOLDER.match(name) for name in members)
    return given.head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{") and b'"watching"' in given.text.encode()


def read(given: Given) -> Found:
    """An entry a watch, with what was kept of it. What cannot be read is refused by name, and the rest goes in."""
    found = Found()
    if not given.head.startswith(b"PK"):
        settings = _json(given.text.encode(), given.name, found)
        _watches(given.name, settings, _table(settings, "watching"), _tags(settings), None, found)
        return found
    try:
        backup = Backup.of(given.file)
    except Unreadable as error:
        found.refused(given.name, "the backup", str(error))
        return found
    for name in backup.odd:
        found.refused(f"{given.name}: {name}", "a member", "its name leads out of the backup, or it is a link")
    settings = {}
    for name in (_OLD, _SETTINGS):
        if name in backup.members:
            settings = {**settings, **_member(backup, given.name, name, found)}
    all_watches, tags = dict(_table(settings, "watching")), _tags(settings)
    for name in backup.members:
        if match := _FOLDER.match(name):
            kept = _member(backup, given.name, name, found)
            if kept and match[2] == "watch":
                all_watches[match[1]] = kept
            elif kept:
                tags[match[1]] = kept
    _watches(given.name, settings, all_watches, tags, backup, found)
    return found


def _member(backup: Backup, file: str, name: str, found: Found) -> dict[str, Any]:
    try:
        return _json(backup.read(name), f"{file}: {name}", found)
    except Unreadable as error:
        found.refused(f"{file}: {name}", "a member", str(error))
        return {}


def _json(body: bytes, where: str, found: Found) -> dict[str, Any]:
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        found.refused(where, "the file", "not JSON that can be read")
        return {}
    if not isinstance(read, dict):
        found.refused(where, "the file", "not an object of JSON")
        return {}
    return read


def _table(settings: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """The object at the end of a path of keys; an empty one where there is none."""
    value: Any = settings
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _tags(settings: Mapping[str, Any]) -> dict[str, Any]:
    return dict(_table(settings, "settings", "application", "tags"))


def _watches(
    file: str,
    settings: Mapping[str, Any],
    all_watches: Mapping[str, Any],
    tags: Mapping[str, Any],
    backup: Backup | None,
    found: Found,
) -> None:
    application = _table(settings, "settings", "application")
    schema = application.get("schema_version")
    if isinstance(schema, int) and schema > NEWEST_SCHEMA:
        why = f"it is newer than {NEWEST_SCHEMA}, the newest that is known; look through what came of it"
        found.lost(f"{file}: {_SETTINGS}", f"what is new in schema_version {schema}", why)
    requests = _table(settings, "settings", "requests")
    for key, why in watches.SETTINGS_NOT_CARRIED.items():
        if any(said.get(key) for said in (_table(settings, "settings"), requests, application)):
            found.lost(f"{file}: settings", key, why)
    usual = watches.Usual.of(requests, application)
    for number, (uuid, watch) in enumerate(all_watches.items(), 1):
        where = f"{file}: watch {number}"
        if not isinstance(watch, dict) or not isinstance(watch.get("url"), str):
            found.refused(where, uuid, "a watch without url")
            continue
        where += f" ({watch['url'][:80]})"
        entry = watches.entry_of(where, watch, usual, tags, found)
        if entry is not None:
            found.entries.append(_with_past(entry, uuid, watch, backup, found))


def _with_past(entry: Entry, uuid: str, watch: Mapping[str, Any], backup: Backup | None, found: Found) -> Entry:
    if backup is None:
        return entry
    past = Texts.of(backup, uuid, entry.where, str(watch.get("processor") or ""), found)
    return replace(entry, past=past) if past.times else entry
