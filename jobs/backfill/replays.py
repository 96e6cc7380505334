"""A capture that an archive lists, had from it as it was received on its day."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from crawler.archives import Endpoint, Replayed, Row, original, same_address
from crawler.fetch.inflate import BodyCorrupt, BodyReader, BodyTooLarge, BodyTruncated
from crawler.model import FetchFailed, Snapshot
from jobs.backfill.asking import Asking
from jobs.check import PAGE_BYTES

# Redirects of the archive to where it has a capture, and of a page that was followed when it was captured.
_HOPS = 5
# Captures of one crawl of a redirect and of what it leads to are made within so many seconds.
_ONE_CRAWL = 60.0


class Replays:
    """The captures of one archive."""

    def __init__(self, archive: Asking, endpoint: Endpoint) -> None:
        self._archive = archive
        self._endpoint = endpoint

    async def came(self, row: Row) -> Snapshot | str | None:
        """The capture as it was received; None of one that says nothing by itself; what is wrong, in words."""
        replayed = await self._replayed(row)
        if isinstance(replayed, str):
            return replayed
        if replayed.differs:
            return f"its bytes are not those of the index (sha-1 {row.digest}); not taken"
        if not replayed.leads_to:
            return _undone(replayed)
        if same_address(replayed.leads_to, row.url):
            return None
        return await self._followed(row, replayed)

    async def _replayed(self, row: Row) -> Replayed | str:
        """One capture; the archive may send on to the time at which it has it. What is wrong, in words."""
        there = self._endpoint
        address = there.replayed(row.stamp, quote(row.url, safe="%/:?&=+,;@!$'()*~[]-._|"))
        for _ in range(_HOPS):
            answer = await self._archive.capture(address)
            if not isinstance(answer, Snapshot):
                return f"could not be had: {answer.detail if isinstance(answer, FetchFailed) else 'not modified'}"
            found = original(there, row, answer)
            if isinstance(found, Replayed):
                return found
            if not found.elsewhere:
                return f"the archive {found.why}"
            address = found.elsewhere
        return f"the archive sends on and on, the last time to {address[:200]}"

    async def _followed(self, row: Row, first: Replayed) -> Snapshot | None:
        """What a visitor was led to by a redirect that was captured, where that was captured with it; else None."""
        passed, target = [row.url], first.leads_to
        for _ in range(_HOPS):
            replayed = await self._replayed(replace(row, url=target, digest=""))
            if isinstance(replayed, str):
                return None
            found = _undone(replayed)
            if isinstance(found, str) or abs((found.fetched_at - row.at).total_seconds()) > _ONE_CRAWL:
                return None
            if not replayed.leads_to:
                return replace(found, url=row.url, final_url=target, redirects=tuple(passed), fetched_at=row.at)
            passed.append(target)
            target = replayed.leads_to
        return None


def _undone(replayed: Replayed) -> Snapshot | str:
    """The Snapshot with the coding undone that the archive has left on; what is wrong with that, in words."""
    snapshot = replayed.snapshot
    if not replayed.coded:
        return snapshot
    reader = BodyReader(replayed.coding, PAGE_BYTES)
    try:
        reader.feed(snapshot.body)
        return replace(snapshot, body=reader.finish())
    except (BodyCorrupt, BodyTooLarge, BodyTruncated) as error:
        return f"its content-coding cannot be undone: {error}"


def again(snapshot: Snapshot, at: datetime) -> Snapshot:
    """A later capture of which the index says that it has the same bytes. Its headers are not known."""
    told = tuple((name, value) for name, value in snapshot.headers if name.lower() == "content-type")
    return replace(snapshot, headers=told, fetched_at=at)
