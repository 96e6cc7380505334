"""The past, brought in through the same judge, by whichever way it can be had.

A backfill asks nobody's permission to be stopped: what it keeps is kept together with how far it came, and what is
kept is skipped the next time; the histories are told anew once, when all is kept. It notifies nobody unless asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from crawler.errors import ConfigurationError
from crawler.model import Source
from jobs.backfill.folder import LOOSE_SOURCE, folder, time_in_name
from jobs.backfill.listing import listing
from jobs.backfill.wanted import Backfill, Imported, Plan, Tell
from store import Store

__all__ = ["LOOSE_SOURCE", "ORIGINS", "Backfill", "Imported", "Plan", "Tell", "plan", "time_in_name"]

Way = Callable[[Store, Sequence[Source], Plan], Backfill]


# Loaded where they are asked for, like every way that takes more than a page's visit does.
def _sitemap(store: Store, sources: Sequence[Source], wanted: Plan) -> Backfill:
    from jobs.backfill.entries import sitemap

    return sitemap(store, sources, wanted)


def _feed(store: Store, sources: Sequence[Source], wanted: Plan) -> Backfill:
    from jobs.backfill.entries import feed

    return feed(store, sources, wanted)


def _warc(store: Store, sources: Sequence[Source], wanted: Plan) -> Backfill:
    from jobs.backfill.warc import warc

    return warc(store, sources, wanted)


def _wayback(store: Store, sources: Sequence[Source], wanted: Plan) -> Backfill:
    from jobs.backfill.wayback import wayback

    return wayback(store, sources, wanted)


# The ways into the past, by what `--from` names: a word, or what stands before a place.
ORIGINS: Mapping[str, Way] = {
    "listing": listing,
    "sitemap": _sitemap,
    "feed": _feed,
    "warc:": _warc,
    "dir:": folder,
    "wayback": _wayback,
    "wayback:": _wayback,
}
_PLACES = {"dir:": "dir:PATH", "warc:": "warc:PATH", "wayback:": "wayback:BASE_URL"}


def plan(store: Store, sources: Sequence[Source], wanted: Plan) -> Backfill:
    """The Backfill that was asked for. Raises ConfigurationError where it makes no sense, saying what would."""
    kind, _, place = wanted.origin.partition(":")
    way = ORIGINS.get(f"{kind}:" if place else wanted.origin)
    if way is None or wanted.origin.endswith(":"):
        known = ", ".join(_PLACES.get(name, name) for name in ORIGINS)
        raise ConfigurationError(f"--from {wanted.origin}: not a way into the past. Use one of {known}")
    return way(store, sources, wanted)
