"""What one page cannot tell and its site can: blocks that recur on other pages of a Source are its frame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from crawler.decode import Document
from crawler.extract.digests import block_digest
from crawler.extract.visible import outline_of

_LEAST = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteProfile:
    """What other pages of the same Source taught: digests of blocks that recur on them and so are its frame."""

    boilerplate: frozenset[str] = frozenset()


def learn(documents: Iterable[Document], *, share: float = 0.5) -> SiteProfile:
    """The profile of a Source from pages of it with different addresses.

    A line is boilerplate when it stands on at least `share` of them, on three at least, and is long enough not to be a
    table's label or a signature.
    """
    seen: Counter[str] = Counter()
    count = 0
    for document in documents:
        count += 1
        seen.update({block_digest(text) for text in outline_of(document).texts if len(text) >= _LEAST})
    least = max(3.0, count * share)
    return SiteProfile(boilerplate=frozenset(digest for digest, times in seen.items() if times >= least))
