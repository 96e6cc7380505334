"""The store as lines of JSON that `import` reads back to an equal store; docs/exchange.md says what stands in them.

A line holds what is recorded of one Page at one time: the Check, the Version it brought, the response with its body,
the Changes that led there and the Findings that opened then.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from crawler.errors import BlobCorrupt
from crawler.model import Json
from jobs.exchange.counting import Counted
from jobs.exchange.selection import Selection
from jobs.settings import VERSION
from store import ChangeView, CheckView, FindingView, KeptPage, KeptResponse, Moment, Store, article_json
from store.views import iso

# The first line says it under this name. What is written by a higher number is refused whole.
MARK, FORMAT = "palimpsest", 1
# Line separators that some readers split at, and lone surrogates, which UTF-8 cannot carry.
_UNSAFE = re.compile("[\u0085\u2028\u2029\ud800-\udfff]")


def lines(store: Store, selection: Selection, counted: Counted, now: datetime) -> Iterator[str]:
    """Every line, without its end. A body that cannot be read is left out and counted as a problem."""
    yield line_of({MARK: FORMAT, "version": VERSION, "exported_at": iso(now), "selection": selection.as_json()})
    exporting = store.exporting
    named = {*selection.sources, *(exporting.sources_of(selection.urls) if selection.urls else ())}
    everything = not named
    for source in exporting.sources(None if everything else named):
        yield line_of({"line": "source", **source})
    if selection.whole and (everything or selection.sources):
        for event in exporting.events(None if everything else selection.sources):
            yield line_of({"line": "event", **event})
    for kept in exporting.pages(selection.sources, selection.urls):
        yield from _page_lines(store, selection, counted, kept)


def _page_lines(store: Store, selection: Selection, counted: Counted, kept: KeptPage) -> Iterator[str]:
    head: dict[str, Json] = {
        "line": "page",
        "page": kept.page.url,
        **kept.standing,
        "files": [dict(file) for file in kept.files],
    }
    if kept.marks:
        head["marks"] = [dict(mark) for mark in kept.marks]
    if kept.former_links:
        head["former_links"] = [dict(link) for link in kept.former_links]
    del head["url"]
    page_line, told = line_of(head), False
    if selection.whole:
        yield page_line
        told = True
    for moment in kept.moments:
        counted.look(moment)
        if not selection.wants(moment):
            continue
        if not told:
            yield page_line
            told = True
        yield line_of(_moment_json(store, counted, kept, moment))
        counted.written += moment.version is not None
    counted.pages += told


def _moment_json(store: Store, counted: Counted, kept: KeptPage, moment: Moment) -> dict[str, Json]:
    version, response, read_from = moment.version, moment.response, moment.read_from
    line = "version" if version is not None else "check" if moment.check is not None else "told"
    said: dict[str, Json] = {"line": line, "page": kept.page.url, "source": kept.page.source, "at": iso(moment.at)}
    if version is not None:
        said |= {"version": version.number, "rules": version.rules, "digest": moment.article_digest}
        if moment.link:
            said["link"] = moment.link
        said["article"] = article_json(version.article)
    if moment.check is not None:
        said["check"] = _check_json(moment.check)
    if response is not None:
        said["snapshot"] = _response_json(store, counted, kept, response)
    if read_from is not None and read_from != response:
        said["read_from"] = _response_json(store, counted, kept, read_from)
    said["changes"] = [_change_json(change) for change in moment.changes]
    said["findings"] = [_finding_json(finding) for finding in moment.findings]
    return said


def _check_json(check: CheckView) -> dict[str, Json]:
    return {
        "outcome": check.outcome.value,
        "status": check.status,
        "detail": check.detail,
        "past": check.past,
        "times": check.times,
    }


def _change_json(change: ChangeView) -> dict[str, Json]:
    said = change.as_json()
    del said["page"], said["source"], said["at"]
    return {"id": change.id, **said, "signature": change.change.signature}


def _finding_json(finding: FindingView) -> dict[str, Json]:
    said = finding.as_json()
    del said["page"], said["source"], said["opened_at"], said["mark"]
    return {"id": finding.id, **said}


def _response_json(store: Store, counted: Counted, kept: KeptPage, response: KeptResponse) -> dict[str, Json]:
    try:
        body = base64.b64encode(store.exporting.body(response.digest)).decode("ascii")
    except BlobCorrupt as error:
        counted.problems.append(f"{kept.page.url}, {iso(response.fetched_at)}: {error}")
        body = None
    return {
        "url": response.url,
        "final_url": response.final_url,
        "redirects": list(response.redirects),
        "status": response.status,
        "headers": [[name, value] for name, value in response.headers],
        "fetched_at": iso(response.fetched_at),
        "digest": response.digest,
        "body": body,
    }


def line_of(value: Mapping[str, Json]) -> str:
    """One object on one line, readable text left readable, with what would break a line or an encoder escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)
