"""The fetching benchmark's server, a process of its own: `python -m bench.fetch_site PAGES HOSTS`.

It serves the same pages on one port of 127.0.0.1, 127.0.0.2 and so on, each made before it is asked for, and says so
with one line, the port. Then every line on standard input is answered with one: `edit` edits every article, `count`
says what articles were answered since (JSON, by status) and starts anew. It ends when its input ends.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from bench.fetch_pages import ENTRY, ROBOTS, Piece, listings, pieces

_FIRST_EDITED = datetime(2022, 5, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one path is answered with. `etag` empty: without validators."""

    whole: bytes
    unchanged: bytes = b""
    etag: bytes = b""
    modified: bytes = b""
    article: bool = False


def answer(body: bytes, content_type: str, revision: int, *, article: bool) -> Answer:
    """The answers, with the validators of the body's revision."""
    etag = f'"{len(body):x}-{revision:x}"'
    modified = format_datetime(_FIRST_EDITED + timedelta(hours=revision), usegmt=True)
    common = f"Server: nginx\r\nContent-Type: {content_type}\r\nETag: {etag}\r\nLast-Modified: {modified}\r\n"
    whole = f"HTTP/1.1 200 OK\r\n{common}Content-Length: {len(body)}\r\n\r\n".encode() + body
    unchanged = f"HTTP/1.1 304 Not Modified\r\n{common}\r\n".encode()
    return Answer(whole, unchanged, etag.encode(), modified.encode(), article)


NOT_FOUND = Answer(b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 9\r\n\r\nnot found")


class Site:
    """What there is to be asked for, and what was answered."""

    def __init__(self, count: int) -> None:
        self.pieces = pieces(count)
        self.counts: Counter[int] = Counter()
        self.answers: dict[bytes, Answer] = {
            b"/robots.txt": answer(ROBOTS, "text/plain", 0, article=False),
            **{
                path.encode(): answer(body, "text/html; charset=utf-8", 0, article=False)
                for path, body in listings(self.pieces).items()
            },
        }
        self._set_up()

    def _set_up(self) -> None:
        for piece in self.pieces:
            made = answer(piece.body(), piece.content_type, piece.revision, article=True)
            self.answers[piece.page.path.encode()] = made

    def edit(self) -> None:
        """Edit every article."""
        self.pieces = [Piece.edited(piece) for piece in self.pieces]
        self._set_up()

    def count(self) -> str:
        """The statuses of articles since the last count."""
        counts, self.counts = self.counts, Counter()
        return json.dumps(counts)

    def obey(self, words: str) -> str:
        """The answer to one line of standard input."""
        if words == "edit":
            self.edit()
            return "edited"
        return self.count()

    def say(self, head: bytes) -> bytes:
        """The answer to one request."""
        found = self.answers.get(head.split(b" ", 2)[1], NOT_FOUND)
        fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:] if b":" in line)
        asked = fields.get(b"if-none-match")
        if found.etag and asked is not None:
            unchanged = found.etag in asked
        else:
            unchanged = bool(found.modified) and found.modified.lower() == fields.get(b"if-modified-since", b"").strip()
        if found.article:
            self.counts[304 if unchanged else 200] += 1
        return found.unchanged if unchanged else found.whole


class Connection(asyncio.Protocol):
    """One client's connection: kept until the client lets go of it."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
            self._transport.write(self._site.say(head))
            if b"connection: close" in head.lower():
                self._transport.close()


async def listen(site: Site, hosts: int) -> None:
    """Serve until standard input ends."""
    loop, port = asyncio.get_running_loop(), 0
    assert ENTRY.encode() in site.answers
    for number in range(1, hosts + 1):
        server = await loop.create_server(lambda: Connection(site), f"127.0.0.{number}", port, backlog=512)
        port = server.sockets[0].getsockname()[1]
    print(port, flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        print(site.obey(line.strip()), flush=True)


if __name__ == "__main__":
    asyncio.run(listen(Site(int(sys.argv[1])), int(sys.argv[2])))
