"""What differs at every visit: learned per Source from what its pages say from one visit to the next, then masked.

A real figure does not move between two visits minutes apart, and a counter does. So a place is learned from visits that
are close together (CLOSE), at three of which it differed and at no more than one in five stayed. Where nothing but a
clock or a token differs, any visits will do. What is masked is watched on: where it stops differing, it is a text
like any other, and what it then says is compared with the last Version. A masked line that takes another shape is not
masked: it is told. What differs in the same way as the last time, somebody edited on one Page after the other.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from crawler.model import Article, Known, Noise, VolatilePlace
from crawler.volatile import Spot, blocks_between, is_block_line, spots_of, without_query

CLOSE = timedelta(hours=2)
_SELF_EVIDENT = ("clock", "query")
# A Source's noise stays small: places beyond this are forgotten, counts beyond the other fade.
_MAX_PLACES, _FADE_FROM = 64, 20
_EXAMPLE = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Sifted:
    """Two readings of a Page less what is masked, and what was learned. `hidden` digests what the later one masked."""

    before: Article | None
    after: Article
    noise: Noise
    hidden: str = ""


def sift(known: Known, before: Article | None, after: Article, now: datetime) -> Sifted:
    """The last Version and today's reading, ready to be compared, and the Source's noise after this visit."""
    same = before is not None and before.paragraphs == after.paragraphs and before.attachments == after.attachments
    if before is None or (same and not known.noise.places):
        return Sifted(before=before, after=after, noise=known.noise)
    hidden = _hidden(after, known.noise)
    stayed = bool(hidden) and hidden == known.hidden
    noise = learn(known, before, after, now, stayed=stayed)
    return Sifted(before=mask(before, noise), after=mask(after, noise), noise=noise, hidden=_hidden(after, noise))


def not_modified(known: Known, now: datetime) -> tuple[Noise, bool]:
    """The Source's noise after the server said that nothing differs, and whether the page must be read to be compared.

    A masked place that has stayed, here or on other Pages, is a text like any other again, and what it says was not
    yet compared.
    """
    if known.latest is None or not (known.noise.places or known.hidden):
        return known.noise, False
    article = known.latest.article
    here = set(spots_of(article))
    places = tuple(
        replace(place, stayed=place.stayed + 1, last=now)
        if place.key in here or (place.kind == "block" and _has_heading(article, place))
        else place
        for place in known.noise.places
    )
    noise = Noise(places=places)
    bared = known.hidden != "" and _hidden(article, noise) == ""
    return noise, bared or len(noise.masked) < len(known.noise.masked)


def learn(known: Known, before: Article, after: Article, now: datetime, *, stayed: bool) -> Noise:
    """The Source's noise after one visit. `stayed`: what is masked on this page is what it was at the last visit."""
    places = {place.key: place for place in known.noise.places}
    close = known.last_checked is not None and now - known.last_checked <= CLOSE
    # Where nothing is known yet, only what differs can teach.
    but = () if places else set(before.paragraphs) & set(after.paragraphs)
    old, new = spots_of(before, but=but), spots_of(after, but=but)
    pairs = [(old[key], spot) for key, spot in new.items() if key in old]
    pairs += blocks_between(before.paragraphs, after.paragraphs)
    for was, spot in pairs:
        place = places.get(spot.key)
        masked = place is not None and place.masked
        differs = not stayed if masked else was.text != spot.text
        if differs and (masked or _teaches(place, was, spot, close=close)):
            places[spot.key] = _changed(place, was, spot, now)
        elif place is not None and not differs:
            places[spot.key] = replace(place, stayed=place.stayed + 1, last=now)
    told = {spot.key for _, spot in pairs}
    for key, place in places.items():
        if place.kind == "block" and key not in told and _has_heading(before, place) and _has_heading(after, place):
            places[key] = replace(place, stayed=place.stayed + 1, last=now)
    kept = sorted(places.values(), key=lambda place: (place.masked, place.changed - place.stayed, place.last))
    return Noise(places=tuple(kept[-_MAX_PLACES:]))


def _teaches(place: VolatilePlace | None, was: Spot, spot: Spot, *, close: bool) -> bool:
    """Whether nobody edited what differs: visits were close, and it is not from or to what the last Page had it.

    Counters of two Pages do not agree.
    """
    if spot.kind in _SELF_EVIDENT:
        return True
    same = place is not None and (was.text[:_EXAMPLE] == place.before or spot.text[:_EXAMPLE] == place.after)
    return close and not same


def _changed(place: VolatilePlace | None, was: Spot, spot: Spot, now: datetime) -> VolatilePlace:
    before, after = was.text[:_EXAMPLE], spot.text[:_EXAMPLE]
    if place is None:
        return VolatilePlace(
            kind=spot.kind,
            place=spot.place,
            shape=spot.shape,
            changed=1,
            stayed=0,
            since=now,
            last=now,
            before=before,
            after=after,
        )
    changed, stayed = place.changed + 1, place.stayed
    if changed > _FADE_FROM:
        changed, stayed = changed // 2, stayed // 2
    shape = str(max(int(place.shape), int(spot.shape))) if spot.kind == "block" else place.shape
    return replace(place, changed=changed, stayed=stayed, shape=shape, last=now, before=before, after=after)


def mask(article: Article, noise: Noise) -> Article:
    """The Article for comparing: masked lines as their shape, blocks without their lines, addresses without tokens."""
    masked = {place.key: place for place in noise.masked}
    if not masked:
        return article
    lines: list[str | None] = list(article.paragraphs)
    # A line whose clock alone is masked keeps its figures; one that is masked whole comes after and takes it over.
    for key, spot in sorted(spots_of(article).items(), key=lambda pair: pair[1].kind):
        if key in masked and spot.kind != "query":
            lines[spot.first] = spot.shape
    for place in noise.masked:
        if place.kind == "block" and _has_heading(article, place):
            for at in _block_lines(article, place):
                lines[at] = None
    names = noise.parameters
    attachments = tuple(replace(one, url=without_query(one.url, names)) for one in article.attachments)
    return replace(article, paragraphs=tuple(line for line in lines if line is not None), attachments=attachments)


def _has_heading(article: Article, place: VolatilePlace) -> bool:
    return article.paragraphs.count(place.place) == 1


def _block_lines(article: Article, place: VolatilePlace) -> range:
    """The lines under a block's heading, as many as it ever had; a sentence among them ends it, and is told."""
    first = article.paragraphs.index(place.place) + 1
    last = first
    limit = min(first + int(place.shape), len(article.paragraphs))
    while last < limit and is_block_line(article.paragraphs[last]):
        last += 1
    return range(first, last)


def _hidden(article: Article, noise: Noise) -> str:
    """A digest of what masking takes out of an Article; "" where that is nothing."""
    masked = {place.key for place in noise.masked}
    if not masked:
        return ""
    texts = [spot.text for key, spot in spots_of(article).items() if key in masked]
    for place in noise.masked:
        if place.kind == "block" and _has_heading(article, place):
            texts += [article.paragraphs[at] for at in _block_lines(article, place)]
    text = "\n".join(texts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32] if texts else ""
