"""The soak's server, a process by itself: `python -m bench.soak_site ARTICLES HOSTS`.

As bench.fetch_site, but that it lives. Of a hundred articles ten change from time to time, two fail always, one is
listed and was never there, one goes away. `edit GROUP` edits a fifth of those that change, `remove` takes away what
goes away; each is answered with how many articles that were, over all hosts, `count` with what was answered since.
"""

from __future__ import annotations

import asyncio
import sys

from bench.fetch_pages import Piece
from bench.fetch_site import NOT_FOUND, Answer, Site, answer, listen

GROUPS = 5
BROKEN = Answer(b"HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\nbroken")
_FAILING, _MISSING, _GOING = (7, 57), (13,), (29,)


class SoakSite(Site):
    """A site that lives."""

    def __init__(self, articles: int, hosts: int) -> None:
        super().__init__(articles)
        self._hosts = hosts
        for number, piece in enumerate(self.pieces):
            if number % 100 in _FAILING:
                self.answers[piece.page.path.encode()] = BROKEN
            elif number % 100 in _MISSING:
                self.answers[piece.page.path.encode()] = NOT_FOUND

    def edit_group(self, group: int) -> int:
        """Edit a fifth of what changes; how many pages that were."""
        chosen = [number for number in range(0, len(self.pieces), 10) if number // 10 % GROUPS == group]
        for number in chosen:
            piece = self.pieces[number] = Piece.edited(self.pieces[number])
            made = answer(piece.body(), piece.content_type, piece.revision, article=True)
            self.answers[piece.page.path.encode()] = made
        return len(chosen) * self._hosts

    def remove(self) -> int:
        """Take away what goes away; how many pages that were."""
        chosen = [piece for number, piece in enumerate(self.pieces) if number % 100 in _GOING]
        for piece in chosen:
            self.answers[piece.page.path.encode()] = NOT_FOUND
        return len(chosen) * self._hosts

    def obey(self, words: str) -> str:
        """The answer to one command."""
        verb, _, group = words.partition(" ")
        if verb == "edit":
            return str(self.edit_group(int(group)))
        return str(self.remove()) if verb == "remove" else self.count()


if __name__ == "__main__":
    asyncio.run(listen(SoakSite(int(sys.argv[1]), int(sys.argv[2])), int(sys.argv[2])))
