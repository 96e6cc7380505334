"""A diff in blocks: what changed and a little around it is shown, what did not change opens on demand.

For the reading room long paragraphs are cut into pieces as well. A piece is a Hunk with some of its paragraph's spans:
one that has the places of the piece before it goes on with the same paragraph.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from crawler.diff import Hunk
from crawler.words import Span

# Unchanged paragraphs kept beside a change; longer runs fold away behind a line that says how many they are.
CONTEXT = 1
# Of a longer unchanged stretch inside a paragraph so many characters are kept at both ends.
STRETCH, KEPT = 800, 150
# No piece holds many more characters than this; nor does it end inside a word, unless that has no end for so long.
PIECE, _WORD = 3000, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A run of a diff's paragraphs or pieces; `folded` runs did not change and open on demand.

    `inside`: these are of one paragraph, which changed elsewhere.
    """

    hunks: tuple[Hunk, ...]
    folded: bool = False
    inside: bool = False

    @property
    def characters(self) -> int:
        """How many there are in it."""
        return sum(len(span.text) for hunk in self.hunks for span in hunk.spans)

    @property
    def paragraphs(self) -> int:
        """How many begin in it."""
        return len({paragraph_of(hunk) for hunk in self.hunks})


def paragraph_of(hunk: Hunk) -> Hashable:
    """The same for all pieces of one paragraph, and for no others."""
    return hunk.before, hunk.after, hunk.op == "move" and hunk.spans[0].op


def diff_blocks(hunks: Sequence[Hunk]) -> tuple[Block, ...]:
    """The hunks in order, with long runs of unchanged paragraphs folded but for CONTEXT at each end."""
    blocks: list[Block] = []
    run: list[Hunk] = []
    shown: list[Hunk] = []

    def close(*, last: bool) -> None:
        head = 0 if not shown and not blocks else CONTEXT
        tail = 0 if last else CONTEXT
        if len(run) > head + tail + 1:
            middle = run[head : len(run) - tail]
            if shown or head:
                blocks.append(Block(hunks=(*shown, *run[:head])))
            blocks.append(Block(hunks=tuple(middle), folded=True))
            shown[:] = run[len(run) - tail :]
        else:
            shown.extend(run)
        run.clear()

    for hunk in hunks:
        if hunk.op == "equal":
            run.append(hunk)
            continue
        close(last=False)
        shown.append(hunk)
    close(last=True)
    if shown:
        blocks.append(Block(hunks=tuple(shown)))
    return tuple(blocks)


def pieces(hunks: Sequence[Hunk], *, folded: bool = True) -> tuple[Block, ...]:
    """The same in pieces, with long stretches inside paragraphs folded too; or all of it, nothing folded."""
    if not folded:
        return (Block(hunks=tuple(piece for hunk in hunks for piece, _ in _cut(hunk))),)
    return tuple(made for block in diff_blocks(hunks) for made in _in_pieces(block))


def _in_pieces(block: Block) -> Iterator[Block]:
    if all(sum([len(text) for _, text in hunk.spans]) <= STRETCH for hunk in block.hunks):
        yield block
        return
    cut = [one for hunk in block.hunks for one in _cut(hunk)]
    if block.folded:
        yield Block(hunks=tuple(piece for piece, _ in cut), folded=True)
        return
    for number, group in groupby(cut, key=lambda one: one[1]):
        yield Block(hunks=tuple(piece for piece, _ in group), folded=number > 0, inside=number > 0)


# ---- long paragraphs ---------------------------------------------------------------------------------------------

# A piece, and the number of the unchanged stretch that it is of; 0 where it is to be shown.
_Cut = tuple[Hunk, int]


def _cut(hunk: Hunk) -> Iterable[_Cut]:
    if sum(len(text) for _, text in hunk.spans) <= STRETCH:
        return [(hunk, 0)]
    return _long(hunk)


def _long(hunk: Hunk) -> Iterator[_Cut]:
    """The pieces of a long paragraph: as many spans as fit, long ones in parts, and stretches that did not change."""
    held: list[Span] = []
    width = stretches = 0

    def piece(op_spans: Sequence[Span]) -> Hunk:
        return hunk._replace(spans=tuple(op_spans))

    for spans in _groups(hunk.spans):
        size = sum([len(text) for _, text in spans])
        if size > STRETCH and hunk.op == "edit" and spans[0].op == "equal":
            text = spans[0].text
            head, tail = _whole_word(text, KEPT), _whole_word(text, size - KEPT)
            yield piece([*held, Span("equal", text[:head])]), 0
            stretches += 1
            quiet = hunk._replace(op="equal")
            for part in _parts([Span("equal", text[head:tail])]):
                yield quiet._replace(spans=tuple(part)), stretches
            held, width = [Span("equal", text[tail:])], size - tail
            continue
        if held and width + size > PIECE:
            yield piece(held), 0
            held, width = [], 0
        if size > PIECE:
            *full, spans = _parts(spans)
            yield from ((piece(part), 0) for part in full)
            size = sum(len(text) for _, text in spans)
        held += spans
        width += size
    if held:
        yield piece(held), 0


def _groups(spans: Sequence[Span]) -> Iterator[Sequence[Span]]:
    """What went with what came in its place; else each span by itself."""
    place = 0
    while place < len(spans):
        two = spans[place].op == "delete" and place + 1 < len(spans) and spans[place + 1].op == "insert"
        yield spans[place : place + 1 + two]
        place += 1 + two


def _parts(spans: Sequence[Span]) -> list[Sequence[Span]]:
    """Spans in parts of about PIECE characters; what went and what came go side by side."""
    count = max(1, -(-sum(len(text) for _, text in spans) // PIECE))
    cuts = [[_whole_word(text, len(text) * number // count) for number in range(count + 1)] for _, text in spans]
    parts: list[Sequence[Span]] = [
        [
            Span(op, text[places[number] : places[number + 1]])
            for (op, text), places in zip(spans, cuts, strict=True)
            if places[number] < places[number + 1]
        ]
        for number in range(count)
    ]
    return [part for part in parts if part] or [spans]


def _whole_word(text: str, place: int) -> int:
    """The place, or the end of the Latin word or the figure that it is inside of."""
    for at in range(place, min(place + _WORD, len(text))):
        if not text[:at] or not (text[at - 1].isascii() and text[at].isascii() and text[at - 1 : at + 1].isalnum()):
            return at
    return min(place, len(text))
