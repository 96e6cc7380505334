"""The store as a WARC: every response that is kept, by Page and time, with the Version that was read from it."""

from __future__ import annotations

from datetime import datetime
from typing import BinaryIO

from crawler.errors import BlobCorrupt
from jobs.exchange.counting import Counted
from jobs.exchange.lines import line_of
from jobs.exchange.selection import Selection
from jobs.exchange.warc import WarcOut, date_of
from jobs.settings import USER_AGENT, VERSION
from store import KeptPage, Moment, Store

_NOT_MODIFIED = 304


def write_warc(stream: BinaryIO, store: Store, selection: Selection, counted: Counted, now: datetime) -> None:
    """Writes all that is asked for; a body that cannot be read is left out and counted as a problem."""
    out = WarcOut(stream, user_agent=USER_AGENT)
    info = {
        "software": f"Palimpsest {VERSION}",
        "format": "WARC File Format 1.1",
        "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "robots": "obey",
        "selection": line_of(selection.as_json()),
    }
    out.info(info, at=now)
    for kept in store.exporting.pages(selection.sources, selection.urls, articles=False):
        before = counted.written
        for moment in kept.moments:
            counted.look(moment)
            if selection.wants(moment):
                _write(out, store, counted, kept, moment)
        counted.pages += counted.written > before


def _write(out: WarcOut, store: Store, counted: Counted, kept: KeptPage, moment: Moment) -> None:
    check, response = moment.check, moment.response
    if response is not None:
        try:
            snapshot = response.snapshot(store.exporting.body(response.digest))
        except BlobCorrupt as error:
            counted.problems.append(f"{kept.page.url}, {date_of(moment.at)}: {error}")
            return
        out.snapshot(snapshot, extra=_named(moment), ours=check is None or not check.past)
        counted.written += 1
    elif check is not None and check.status == _NOT_MODIFIED:
        folded = {"Palimpsest-Times": str(check.times)} if check.times > 1 else {}
        counted.written += out.not_modified(kept.page.url, moment.at, extra=folded)


def _named(moment: Moment) -> dict[str, str]:
    """The headers of a record that name our Version."""
    version = moment.version
    if version is None:
        return {}
    named = {"Palimpsest-Version": str(version.number), "Palimpsest-Article-Digest": f"sha256:{moment.article_digest}"}
    if moment.link:
        named["Palimpsest-Link"] = moment.link
    if moment.read_from is not None and moment.read_from != moment.response:
        # Other rules read it from a later response of the same text.
        named["Palimpsest-Read-From"] = date_of(moment.read_from.fetched_at)
    return named
