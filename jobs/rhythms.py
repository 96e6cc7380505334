"""The rhythm of each Source, learned anew once a day from what is kept of it, and held in between."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crawler.model import Rhythm, Source
from crawler.schedule import learn_rhythm
from store import Archive

_FRESH = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rhythms:
    """What one process has learned; a visit costs no question, but for the first of a Source on a day."""

    _held: dict[str, tuple[datetime, Rhythm]] = field(default_factory=dict)

    def of(self, source: Source, archive: Archive, now: datetime) -> Rhythm:
        """The rhythm of a Source, not older than a day."""
        if (held := self._held.get(source.name)) is not None and timedelta(0) <= now - held[0] < _FRESH:
            return held[1]
        rhythm = learn_rhythm(source, archive.past(source), now)
        self._held[source.name] = now, rhythm
        return rhythm
