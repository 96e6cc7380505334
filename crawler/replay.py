"""All Checks of a Page in the order of their times → its history, through the judge of every visit. Pure.

A capture of the past may come from before, between or after known Checks. Whatever its place, the history is then told
anew from the first Check to the last: each is judged by what was known at its time, so that captures in any order come
to what visits in time would have come to. What differs at every visit is learned on the way, from this Page alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from crawler.judge import judge
from crawler.model import (
    Finding,
    Known,
    Noise,
    OpenFinding,
    Page,
    Retold,
    SeenVersion,
    Source,
    ToldFinding,
    Verdict,
    Version,
    Visit,
    match_findings,
)
from crawler.moved import led_to
from crawler.standins import Beside

_RECENT = 3


def replay(source: Source, page: Page, noise: Noise, visits: Iterable[Visit]) -> Retold:
    """The history that `visits`, in the order of their times, make; `noise` is the Source's as it is now."""
    known = Known(page=page)
    lives = _Lives()
    verdicts: list[Verdict] = []
    for visit in visits:
        verdict = _judged(source, known, noise, visit)
        known = _after(known, verdict, lives)
        # The bodies of a whole history are not held together.
        verdicts.append(replace(verdict, snapshot=None))
    return Retold(verdicts=tuple(verdicts), findings=tuple(lives.told), known=known)


def _judged(source: Source, known: Known, noise: Noise, visit: Visit) -> Verdict:
    # Beside a response of the past nobody can be asked any more; what was learned on its day holds.
    beside = Beside.SAME if visit.missed else Beside.OTHER
    verdict = judge(source, known, visit.fetched, visit.at, beside=beside)
    if visit.moved_to:
        verdict = led_to(known, verdict, visit.moved_to)
    if not visit.quiet or verdict.version is None or known.latest is None:
        return verdict
    # Nothing was told of it on its day: the Source's other pages had taught what to mask, and still do.
    masked = judge(source, replace(known, noise=_joined(known.noise, noise)), visit.fetched, visit.at, beside=beside)
    if masked.version is not None:
        return verdict
    return replace(masked, noise=verdict.noise, hidden=verdict.hidden)


def _joined(learned: Noise, noise: Noise) -> Noise:
    places = {place.key: place for place in learned.places} | {place.key: place for place in noise.masked}
    return Noise(places=tuple(places.values()))


def _after(known: Known, verdict: Verdict, lives: _Lives) -> Known:
    """What is known after a Check that was recorded."""
    latest, address, recent = known.latest, known.address, known.recent
    if verdict.version is not None and verdict.snapshot is not None:
        article, number = verdict.version.article, latest.number + 1 if latest else 1
        latest = Version(
            number=number,
            seen_at=verdict.at,
            article=article,
            snapshot_digest=verdict.snapshot.digest,
            rules=verdict.version.rules,
        )
        address = verdict.snapshot.final_url
        recent = (SeenVersion(number=number, digest=article.digest, seen_at=verdict.at), *recent)[:_RECENT]
    if verdict.findings is not None:
        lives.seen(verdict, verdict.findings, latest.number if latest else 0)
    return replace(
        known,
        state=verdict.state,
        latest=latest,
        address=address,
        recent=recent,
        validators=verdict.validators,
        open_findings=lives.open,
        failures=verdict.failures,
        missing_count=verdict.missing_count,
        missing_since=verdict.missing_since,
        last_checked=verdict.at,
        rate=verdict.rate,
        noise=known.noise if verdict.noise is None else verdict.noise,
        hidden=known.hidden if verdict.hidden is None else verdict.hidden,
    )


@dataclass(slots=True)
class _Lives:
    """Findings over their lives, in the order in which they opened."""

    told: list[ToldFinding] = field(default_factory=list)
    _open: list[int] = field(default_factory=list)

    @property
    def open(self) -> tuple[OpenFinding, ...]:
        """Those that nothing has resolved yet."""
        return tuple(self._held(self.told[place]) for place in self._open)

    def seen(self, verdict: Verdict, findings: tuple[Finding, ...], number: int) -> None:
        """The findings of one Check: what is new opens, what is not seen any more resolves."""
        held = self.open
        place_of = {id(one): place for one, place in zip(held, self._open, strict=True)}
        match = match_findings(held, findings)
        for one, finding in match.same:
            place = place_of[id(one)]
            self.told[place] = replace(self.told[place], finding=finding)
        for one in match.left:
            place = place_of[id(one)]
            self.told[place] = replace(self.told[place], resolved_at=verdict.at)
            self._open.remove(place)
        for finding in match.arrived:
            self._open.append(len(self.told))
            self.told.append(ToldFinding(finding=finding, version=number, opened_at=verdict.at))

    @staticmethod
    def _held(told: ToldFinding) -> OpenFinding:
        return OpenFinding(finding=told.finding, version=told.version, opened_at=told.opened_at)
