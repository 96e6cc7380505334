"""A Diff in one line a person can read, the weightiest first: `人均 30→35 元; paragraph 4 removed: “…”`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crawler import indel
from crawler.diff import Diff, FieldChange, Hunk
from crawler.facts import Fact, places
from crawler.model import Json
from crawler.tables import Cell, is_figure
from crawler.words import words

_PARTS = 4
_PART_LENGTH = 40
_QUOTE = 30
_FILE, _FILES = 80, 2
_BETWEEN_FILES = "; "
# From this on one title is the other, edited.
_SAME_TITLE = 0.6
# What is told first: a higher number. Fields, then what differs in facts, then paragraphs, then other words.
_WEIGHT = {"title": 6, "cell": 5, "figure": 5, "date": 5, "name": 5, "office": 5, "removed": 4, "field": 4}
_ADDED, _OTHER, _MOVED = 3, 2, 1

_Part = tuple[int, str]


def summarise(found: Diff, cells: Sequence[Cell] = (), facts: Sequence[Fact] = (), first: Sequence[str] = ()) -> str:
    """The Diff in one line: `first` as it is, then fields, figures of table rows, facts, and paragraphs by weight."""
    parts: list[_Part] = [part for change in found.fields for part in _field(change)]
    parts += [(_WEIGHT["cell"], cell_told(cell)) for cell in cells]
    parts += [(_WEIGHT.get(fact.kind, _OTHER), fact_told(fact)) for fact in facts if not _in_cell(fact, cells)]
    parts += _paragraphs(found.hunks, figures_told=bool(cells))
    told = [*first, *(text for _, text in sorted(parts, key=lambda part: -part[0]))]
    shown = list(dict.fromkeys(told))[:_PARTS]
    more = len(dict.fromkeys(told)) - len(shown)
    return "; ".join(shown) + (f"; {more} more" if more else "")


def _field(change: FieldChange) -> Iterator[_Part]:
    """A field before and after; of a long title only where it differs, of attachments those that came and went."""
    weight = _WEIGHT.get(change.name, _WEIGHT["field"])
    old, new = change.before or "", change.after or ""
    if change.name == "attachments":
        was, now = old.split(_BETWEEN_FILES), new.split(_BETWEEN_FILES)
        gone, come = [one for one in was if one not in now], [one for one in now if one not in was]
        for verb, files in (("removed", gone), ("added", come)):
            named = [short(one, _FILE) for one in files if one]
            if len(named) > _FILES:
                yield weight, f"{len(named)} attachments {verb}: {named[0]} …"
            else:
                yield from ((weight, f"attachment {verb}: {one}") for one in named)
        return
    if max(len(old), len(new)) > _PART_LENGTH and indel.similarity(old, new) > _SAME_TITLE:
        told = ", ".join(fact_told(fact) for fact in places(words(old, new)))
        yield weight, f"{change.name} {told or 'spaces only'}"
    else:
        yield weight, f"{change.name} {short(change.before)}→{short(change.after)}"


def short(text: str | None, length: int = _PART_LENGTH) -> str:
    """A text cut to what fits a line; `(none)` for nothing."""
    if not text:
        return "(none)"
    text = " ".join(text.split()) or "(space)"
    return text if len(text) <= length else text[: length - 1] + "…"


def cell_told(cell: Cell) -> str:
    """`Jefferson: 1→3`; with the column's heading, else its number, where the row has several."""
    column = short(cell.heading) if cell.heading else f"column {cell.column}"
    where = f", {column}" if cell.columns > 1 else ""
    return f"{short(cell.label)}{where}: {cell.before}→{cell.after}"


def fact_told(fact: Fact) -> str:
    """`context old→new context`, `−old` or `+new` where one side has nothing."""
    old, new = fact.before, fact.after
    middle = f"{short(old)}→{short(new)}" if old and new else (f"−{short(old)}" if old else f"+{short(new)}")
    return " ".join(part for part in (fact.left, middle, fact.right) if part)


def evidence_of(cells: Sequence[Cell], facts: Sequence[Fact]) -> dict[str, Json]:
    """What of a Diff a program may want: table cells, figures, dates, names and offices, each before and after."""
    evidence: dict[str, Json] = {}
    if cells:
        evidence["cells"] = [
            {
                "row": cell.label,
                "column": cell.column,
                "heading": cell.heading,
                "before": cell.before,
                "after": cell.after,
            }
            for cell in cells
        ]
    for kind, key in (("figure", "figures"), ("date", "dates"), ("name", "names"), ("office", "offices")):
        listed: list[Json] = [
            {"before": fact.before, "after": fact.after, "left": fact.left, "right": fact.right}
            for fact in facts
            if fact.kind == kind and not _in_cell(fact, cells)
        ]
        if listed:
            evidence[key] = listed
    return evidence


def _in_cell(fact: Fact, cells: Sequence[Cell]) -> bool:
    """Whether a fact is the change of a bare cell, which is told with its row's label already."""
    return bool(cells) and not fact.left and not fact.right and is_figure(fact.after or fact.before)


def _paragraphs(hunks: Sequence[Hunk], *, figures_told: bool) -> Iterator[_Part]:
    """Paragraphs that came, went or moved, neighbours together, with how the first begins."""
    for verb, op, weight in (("removed", "delete", _WEIGHT["removed"]), ("added", "insert", _ADDED)):
        found: list[tuple[int, str]] = []
        for hunk in hunks:
            place = hunk.before if op == "delete" else hunk.after
            text = hunk.spans[0].text if hunk.spans else ""
            if hunk.op == op and place is not None and text.strip() and not (figures_told and is_figure(text)):
                found.append((place, text))
        for run in _runs(found):
            first, last = run[0][0] + 1, run[-1][0] + 1
            number = f"paragraph {first}" if first == last else f"paragraphs {first}–{last}"
            yield weight, f"{number} {verb}: “{short(run[0][1], _QUOTE)}”"
    for hunk in hunks:
        if hunk.op == "move" and hunk.spans[0].op == "insert":
            yield _MOVED, f"paragraph {(hunk.before or 0) + 1} moved"


def _runs(places: Sequence[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    run: list[tuple[int, str]] = []
    for one in sorted(places):
        if run and one[0] != run[-1][0] + 1:
            yield run
            run = []
        run.append(one)
    if run:
        yield run
