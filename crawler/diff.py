"""The exact difference of two Articles: paragraphs aligned first, then words inside a paragraph.

Deleting the insertions of a diff gives the old paragraphs, deleting its deletions the new ones, to the character.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

from crawler.alignment import Common, common, ends_alike
from crawler.model import Article, bare_text
from crawler.pairing import pair_up
from crawler.words import Op, Span, words

HunkOp = Literal["equal", "insert", "delete", "edit", "move"]

_Run = tuple[bool, range, range]  # (the same?, places before, places after)
# How many times fewer characters an edit over paragraph borders must mark to be shown instead.
_REWRAP_GAIN = 1.5
# Of more characters that went and came, some phrases of what went are looked for in what came, to find this share.
_MUCH, _PHRASE, _ASKED, _ELSEWHERE = 2_000, 20, 100, 0.1


# As a Span, a tuple: one is made for each paragraph.
class Hunk(NamedTuple):
    """One paragraph of the diff, or several that were split or merged: a newline in a span is a border of paragraphs.

    `before` and `after` are the (first) 0-based places in the two articles, None where absent.
    """

    op: HunkOp
    spans: tuple[Span, ...]
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """A field other than the body that differs, as shown before and after (None: not shown)."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, kw_only=True)
class Diff:
    """What differs between two Articles: `fields` other than the body, and the body paragraph by paragraph."""

    fields: tuple[FieldChange, ...]
    hunks: tuple[Hunk, ...]

    @cached_property
    def added(self) -> int:
        """Characters of body text that came; a moved paragraph counts as neither come nor gone."""
        return self._count("insert")

    @cached_property
    def removed(self) -> int:
        """Characters of body text that went."""
        return self._count("delete")

    def _count(self, op: Op) -> int:
        others = ("equal", "move")
        return sum(len(text) for hunk in self.hunks if hunk.op not in others for done, text in hunk.spans if done == op)


def diff(before: Article, after: Article) -> Diff:
    """What differs: the fields other than the body, and the body with moves, edits, and what came or went."""
    return Diff(fields=_field_changes(before, after), hunks=_hunks_of(before.paragraphs, after.paragraphs))


def _field_changes(before: Article, after: Article) -> tuple[FieldChange, ...]:
    pairs = (
        ("title", before.title, after.title),
        ("published", before.published, after.published),
        ("issuer", before.issuer, after.issuer),
        ("attachments", _attachment_list(before), _attachment_list(after)),
    )
    return tuple(
        FieldChange(name=name, before=old, after=new)
        for name, old, new in pairs
        if bare_text(old or "") != bare_text(new or "")
    )


def _attachment_list(article: Article) -> str | None:
    return "; ".join(f"{attachment.name} <{attachment.url}>" for attachment in article.attachments) or None


# ---- paragraphs --------------------------------------------------------------------------------------------------


# Several that judge the same visit ask in turn.
@lru_cache(maxsize=2)
def _hunks_of(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[Hunk, ...]:
    return tuple(_hunks(before, after))


def _hunks(before: Sequence[str], after: Sequence[str]) -> Iterator[Hunk]:
    runs, moved_from, moved_to = _runs(before, after)
    for same, old_places, new_places in runs:
        if same:
            for old, new in zip(old_places, new_places, strict=True):
                yield Hunk("equal", (Span("equal", after[new]),), old, new)
        elif (edit := _one_edit(before, after, old_places, new_places, moved_from, moved_to)) is not None:
            yield edit
        else:
            block = list(_block(before, after, old_places, new_places, moved_from, moved_to))
            yield from _rewrapped(before, after, old_places, new_places, block) or block


def _one_edit(
    before: Sequence[str],
    after: Sequence[str],
    old_places: range,
    new_places: range,
    moved_from: dict[int, int],
    moved_to: dict[int, int],
) -> Hunk | None:
    """The edit of one paragraph with none beside it, as most are: what `_block` would give, sooner."""
    if len(old_places) != 1 or len(new_places) != 1:
        return None
    old, new = old_places[0], new_places[0]
    if old in moved_from or new in moved_to or not pair_up(before[old : old + 1], after[new : new + 1]):
        return None
    return Hunk("edit", words(before[old], after[new]), old, new)


def _runs(before: Sequence[str], after: Sequence[str]) -> tuple[Iterable[_Run], dict[int, int], dict[int, int]]:
    """The exact alignment of paragraphs, and which of them moved from where to where."""
    head, tail = ends_alike(before, after)
    old, new = range(head, len(before) - tail), range(head, len(after) - tail)
    if not {before[place] for place in old}.isdisjoint(after[place] for place in new):
        return _by_turns(common(before, after), len(before), len(after)), *_moves(before, after)
    # Nearly always all that differs stands in one place, and nothing of it is anywhere else.
    behind = range(old.stop, len(before)), range(new.stop, len(after))
    runs = (True, range(head), range(head)), (False, old, new), (True, *behind)
    return [run for run in runs if run[1] or run[2]], {}, {}


def _by_turns(kept: Iterable[Common], old_end: int, new_end: int) -> Iterator[_Run]:
    """What is common, and what is not, by turns."""
    at = to = 0
    for one, other, size in [*kept, (old_end, new_end, 0)]:
        if at < one or to < other:
            yield False, range(at, one), range(to, other)
        at, to = one + size, other + size
        if size:
            yield True, range(one, at), range(other, to)


def _rewrapped(
    before: Sequence[str], after: Sequence[str], old_places: range, new_places: range, block: Sequence[Hunk]
) -> tuple[Hunk, ...]:
    """One edit over paragraph borders, where paragraphs were split or merged and that says it in far fewer words."""
    if not old_places or not new_places or len(old_places) == len(new_places) == 1:
        return ()
    if any(hunk.op == "move" for hunk in block) or not _went_elsewhere(block):
        return ()
    spans = words("\n".join(before[place] for place in old_places), "\n".join(after[place] for place in new_places))
    if _REWRAP_GAIN * _marked(spans) >= sum(_marked(hunk.spans) for hunk in block):
        return ()
    return (Hunk(op="edit", spans=spans, before=old_places.start, after=new_places.start),)


def _went_elsewhere(block: Sequence[Hunk]) -> bool:
    """Whether of what went as much came as a border that moved makes; asked where it is dear to find out exactly."""
    gone, come = (
        "".join(span.text for hunk in block for span in hunk.spans if span.op == op) for op in ("delete", "insert")
    )
    if len(gone) + len(come) < _MUCH:
        return True
    step = max(1, (len(gone) - _PHRASE) // _ASKED)
    asked = [gone[place : place + _PHRASE] for place in range(0, len(gone) - _PHRASE + 1, step)]
    return sum(phrase in come and not phrase.isspace() for phrase in asked) > len(asked) * _ELSEWHERE


def _marked(spans: Sequence[Span]) -> int:
    return sum(len(text) for op, text in spans if op != "equal")


def _moves(before: Sequence[str], after: Sequence[str]) -> tuple[dict[int, int], dict[int, int]]:
    """Paragraphs that stand exactly once in both articles; where the alignment does not keep one in place, it moved."""
    old_count, new_count = Counter(before), Counter(after)
    once = {text: place for place, text in enumerate(before) if old_count[text] == new_count[text] == 1}
    moved_to = {place: once[text] for place, text in enumerate(after) if text in once}
    return {old: new for new, old in moved_to.items()}, moved_to


def _block(
    before: Sequence[str],
    after: Sequence[str],
    old_places: range,
    new_places: range,
    moved_from: dict[int, int],
    moved_to: dict[int, int],
) -> Iterator[Hunk]:
    """A run where the alignment broke: moves, edits of a similar paragraph, and what is left came or went."""
    old_left = [place for place in old_places if place not in moved_from]
    pairs = _pair(before, after, old_left, [place for place in new_places if place not in moved_to])
    old_of = {new: old for old, new in pairs}
    waiting = iter(old_places)
    for new in new_places:
        if new in old_of:
            yield from _until(waiting, old_of[new], before, moved_from)
            yield Hunk(op="edit", spans=words(before[old_of[new]], after[new]), before=old_of[new], after=new)
        elif new in moved_to:
            spans = (Span(op="insert", text=after[new]),)
            yield Hunk(op="move", spans=spans, before=moved_to[new], after=new)
        else:
            yield Hunk(op="insert", spans=(Span(op="insert", text=after[new]),), after=new)
    yield from _until(waiting, None, before, moved_from)


def _until(
    waiting: Iterator[int], stop: int | None, before: Sequence[str], moved_from: dict[int, int]
) -> Iterator[Hunk]:
    for old in waiting:
        if old == stop:
            return
        spans = (Span(op="delete", text=before[old]),)
        if old in moved_from:
            yield Hunk(op="move", spans=spans, before=old, after=moved_from[old])
        else:
            yield Hunk(op="delete", spans=spans, before=old)


def _pair(before: Sequence[str], after: Sequence[str], old: list[int], new: list[int]) -> list[tuple[int, int]]:
    """Which paragraphs that went are which of those that came: in order, each at most once, as alike as can be."""
    pairs = pair_up([before[place] for place in old], [after[place] for place in new])
    return [(old[i], new[j]) for i, j in pairs]
