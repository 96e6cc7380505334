"""The job files of urlwatch and webchanges: YAML documents, one a job, with nearly the same keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jobs.elsewhere import keys, selecting
from jobs.elsewhere.entries import Entry, Found
from jobs.elsewhere.given import Given
from jobs.elsewhere.yaml_text import Unreadable, Valued, documents

_JOB = re.compile(r"(?m)^\s*(?:-\s+)?[\"']?(?:url|navigate|command)[\"']?\s*:(?:\s|$)")
_ONLY_WEBCHANGES = re.compile(
    r"(?m)^(?:use_browser|note|filters|differ|additions_only|deletions_only|monospace|user_agent|wait_for_\w+)\s*:|!include"
)
_BROWSERS = ("browser",)
_COMMANDS = ("shell", "command")
_GET = ("", "GET")
_ARGUMENTS = frozenset({"selector", "path", "id", "class", "tag", "style", "method"})


def recognise(given: Given) -> bool:
    """Whether a line begins with a key that every urlwatch job has."""
    return _looks_like_jobs(given) and not _ONLY_WEBCHANGES.search(given.text)


def recognise_webchanges(given: Given) -> bool:
    """Whether it has keys that only webchanges has."""
    return _looks_like_jobs(given) and _ONLY_WEBCHANGES.search(given.text) is not None


def _looks_like_jobs(given: Given) -> bool:
    if given.head.lstrip()[:1] in (b"<", b"{", b"[") or given.head.startswith((b"PK", b"SQLite")):
        return False
    return b"\x00" not in given.head[2:1024:2] and _JOB.search(given.text) is not None


def read(given: Given) -> Found:
    """An entry a job; a document that cannot be read is refused, and the rest goes in."""
    found = Found()
    for document in documents(given.text):
        if isinstance(document, Unreadable):
            found.refused(f"{given.name}:{document.line}", "a job", document.why)
            continue
        for job in document.items:
            _job(given.name, job, found)
    return found


def _job(name: str, job: Valued, found: Found) -> None:
    said = job.keys
    address = said.get("url") or said.get("navigate")
    where = f"{name}:{(address or job).line}"
    called = said["name"].text if "name" in said else ""
    if not said:
        found.refused(where, "a job", "not a mapping of keys and values")
    elif address is None:
        is_command = "command" in said or _text(said, "kind") in _COMMANDS
        why = "no commands are run" if is_command else "it has no url"
        found.refused(where, f"job {called!r}" if called else "a job", why)
    elif "data" in said or _text(said, "method").upper() not in _GET:
        found.refused(where, f"job {called or address.text!r}", "only GET is asked")
    elif "params" in said:
        found.refused(where, f"job {called or address.text!r}", "write params into the url")
    else:
        _unread(name, said, found)
        render = "navigate" in said or _on(said, "use_browser") or _text(said, "kind") in _BROWSERS
        paused = "enabled" in said and said["enabled"].is_off
        comments = [f"{key}: {text}" for key in ("note", "tags") if key in said and (text := _listed(said[key]))]
        found.entries.append(
            Entry(
                where=where,
                url=address.text,
                name=called,
                kind="page",
                body=_body(name, said, found),
                render=render,
                paused="not enabled" if paused else "",
                comments=tuple(comments),
            )
        )


def _text(said: dict[str, Valued], key: str) -> str:
    return said[key].text if key in said else ""


def _on(said: dict[str, Valued], key: str) -> bool:
    return key in said and said[key].is_on


def _listed(value: Valued) -> str:
    return ", ".join(item.text for item in value.items if item.text)


def _unread(name: str, said: dict[str, Valued], found: Found) -> None:
    """Names every key that the entry does not have."""
    for key, value in said.items():
        where = f"{name}:{value.line}"
        if key in keys.CARRIED:
            if key == "user_visible_url" and value.text != _text(said, "url"):
                found.lost(where, key, "messages show the address that was visited")
        elif value.value in (False, None, []):
            continue  # said to be off
        elif key in keys.NOT_NEEDED:
            found.note(where, key, keys.NOT_NEEDED[key])
        else:
            found.lost(where, key, keys.NOT_CARRIED.get(key, "no such key is known"))


# ---- filters -----------------------------------------------------------------------------------------------------


def _body(name: str, said: dict[str, Valued], found: Found) -> str:
    """The CSS of what the first filters choose; every other filter is named."""
    body = ""
    for kind, line, argument in _filters([said[key] for key in ("filter", "filters") if key in said]):
        where, what = f"{name}:{line}", f"filter {kind!r}"
        if kind in keys.FILTERS_NOT_NEEDED:
            found.note(where, what, keys.FILTERS_NOT_NEEDED[kind])
        elif kind not in keys.CHOOSING:
            found.lost(where, what, keys.FILTERS_NOT_CARRIED.get(kind, "no such filter is known"))
        elif body:
            found.lost(where, what, f"article.body is {body!r} already, by the filter before it")
        elif css := _chosen(kind, argument):
            body = css
            for option in sorted(argument.keys.keys() - _ARGUMENTS):
                why = "all that CSS chooses is read"
                found.lost(f"{name}:{argument.keys[option].line}", f"{option} of {what}", why)
        else:
            found.lost(where, what, "CSS cannot say the same; write article = { body = … } by hand")
    return body


def _filters(lists: list[Valued]) -> Iterator[tuple[str, int, Valued]]:
    """Each filter with its line and its argument, in whichever of the three spellings."""
    for listed in lists:
        for item in listed.items:
            if item.keys:
                # Some write several filters as the keys of one mapping.
                for kind, argument in item.keys.items():
                    yield kind, argument.line, argument
                continue
            for piece in item.text.split(",") if item is listed else [item.text]:
                kind, _, argument_text = piece.partition(":")
                yield kind.strip(), item.line, Valued(line=item.line, value=argument_text or None, text=argument_text)


def _chosen(kind: str, argument: Valued) -> str | None:
    keyed = {"css": "selector", "xpath": "path"}.get(kind, kind.removeprefix("element-by-"))
    text = argument.keys[keyed].text if keyed in argument.keys else argument.text
    match keyed:
        case "selector" | "tag":
            return selecting.of_css(text)
        case "path":
            return selecting.of_xpath(text)
        case _:
            return selecting.of_attribute(keyed, text)
