"""Whose a URL of the past is: of which Source, and which Page."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from urllib.parse import urlsplit

from crawler.discover.admit import wanted
from crawler.errors import NotKnown
from crawler.model import Page, Source
from crawler.urls import canonical, host_of
from store import Store

# URLs whose owner is remembered. An archive names a page again and again.
_REMEMBERED = 20_000


class Owners:
    """Finds the Page of a URL among some Sources.

    A tracked Page stays whose it is. Any other URL goes to a Source of its host whose include and exclude it fits; of
    several to the one that says most of it. What was captured by http is the page that its Source asks for by https.
    """

    def __init__(self, store: Store, sources: Sequence[Source]) -> None:
        self._store = store
        self._sources = {source.name: source for source in sources}
        self._hosts = {source.name: host_of(source.url) for source in sources}
        self._entries = {source.name: _entry(store, source) for source in sources}
        self._known: OrderedDict[str, Page | None] = OrderedDict()

    def assign(self, page: Page) -> None:
        """Says whose a URL is, whatever the Sources' rules say."""
        self._known[page.url] = page

    def page_of(self, url: str) -> Page | None:
        """The Page that a URL is or would be, None where it is of none of these Sources."""
        if url in self._known:
            self._known.move_to_end(url)
            return self._known[url]
        found = self._known[url] = self._find(url)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return found

    def _find(self, url: str) -> Page | None:
        address = canonical(url)
        if address is None:
            return None
        for spelling in (address, _other_scheme(address)):
            tracked = self._store.archive.page(spelling)
            if tracked is not None:
                return tracked if tracked.source in self._sources else None
        fits = [(said, source) for source in self._sources.values() if (said := self._fits(address, source)) > 0]
        if not fits:
            return None
        _, source = max(fits, key=lambda one: one[0])
        scheme = urlsplit(source.url).scheme.lower()
        return Page(url=f"{scheme}://{address.partition('://')[2]}", source=source.name)

    def _fits(self, address: str, source: Source) -> int:
        """How much a Source's rules and entry say of a URL; 0 where it is none of its pages."""
        if host_of(address) != self._hosts[source.name]:
            return 0
        kind, entry = self._entries[source.name]
        is_entry = _bare(address) == _bare(entry)
        if kind == "page" or (kind is not None and is_entry):
            # An entry of many pages is read for what it names; it is no page of its Source.
            return int(kind == "page" and is_entry)
        if not wanted(address, source):
            return 0
        included = max((len(part) for part in source.include if wanted(address, _only(part, source))), default=0)
        return 1 + 10_000 * included + _in_common(_bare(address), _bare(entry))


def _only(part: str, source: Source) -> Source:
    return Source(name=source.name, url=source.url, include=(part,))


def _entry(store: Store, source: Source) -> tuple[str | None, str]:
    """What a Source's entry is, as far as that is known, and its URL."""
    try:
        kind = source.kind or store.archive.source_state(source.name).kind
    except NotKnown:
        kind = source.kind
    return kind, canonical(source.url) or source.url


def _other_scheme(address: str) -> str:
    scheme, _, rest = address.partition("://")
    return f"{'http' if scheme == 'https' else 'https'}://{rest}"


def _bare(address: str) -> str:
    return address.partition("://")[2]


def _in_common(a: str, b: str) -> int:
    """How many characters two addresses begin with alike."""
    differing = (place for place, (one, other) in enumerate(zip(a, b, strict=False)) if one != other)
    return next(differing, min(len(a), len(b)))
