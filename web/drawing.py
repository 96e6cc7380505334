"""A diff's paragraphs as HTML: there can be many thousands, and a template takes its time for each.

Text that was scraped is escaped here, piece by piece, and nothing else is put between the tags.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from markupsafe import Markup, escape

from crawler.diff import Hunk
from crawler.words import Span
from web.folding import paragraph_of
from web.language import N_, Catalogue
from web.sides import pair

_TAGS = {"insert": "ins", "delete": "del"}
_CAME, _WENT = N_("moved here from paragraph %(n)s"), N_("moved to paragraph %(n)s")


def marked(spans: Iterable[Span]) -> Markup:
    """The words of one paragraph, those that came and went as such."""
    return Markup(_marked(spans))  # noqa: S704  escaped in it


def _marked(spans: Iterable[Span]) -> str:
    # A letter or a figure needs no escaping, and there are thousands of short ones.
    said = [(op, text if text.isalnum() else escape(text)) for op, text in spans]
    return "".join([text if op == "equal" else f"<{_TAGS[op]}>{text}</{_TAGS[op]}>" for op, text in said])


def paragraphs(hunks: Sequence[Hunk], words: Catalogue, *, goes_on: bool = False, at: int | None = None) -> Markup:
    """Paragraphs one below the other; `goes_on`: the first is the rest of one.

    The one that begins `at` characters from here can be linked to as `#at`.
    """
    drawn = []
    for hunk, begins, named in _placed(hunks, goes_on, at):
        tag = _moved(hunk, words) if begins and hunk.op == "move" else ""
        drawn.append(f'<p{named} class="{hunk.op}{"" if begins else " on"}">{tag}{_marked(hunk.spans)}</p>\n')
    return Markup("".join(drawn))  # noqa: S704  escaped in it


def rows(hunks: Sequence[Hunk], words: Catalogue, *, goes_on: bool = False, at: int | None = None) -> Markup:
    """The same as rows of a table: what stood before on the left, what stands there now on the right."""
    drawn = []
    for hunk, begins, named in _placed(hunks, goes_on, at):
        tag = _moved(hunk, words) if begins and hunk.op == "move" else ""
        sides = pair(hunk)
        cells = [
            "<td></td>" if spans is None else f"<td>{tag}{_marked(spans)}</td>" for spans in (sides.left, sides.right)
        ]
        drawn.append(f'<tr{named} class="{hunk.op}{"" if begins else " on"}">{cells[0]}{cells[1]}</tr>\n')
    return Markup("".join(drawn))  # noqa: S704  escaped in it


def _placed(hunks: Sequence[Hunk], goes_on: bool, at: int | None) -> Iterator[tuple[Hunk, bool, str]]:
    """Each with whether its paragraph begins in it, and its name where it is the one asked for."""
    last = paragraph_of(hunks[0]) if goes_on and hunks else None
    for hunk in hunks:
        paragraph, named = paragraph_of(hunk), ""
        if at is not None and at >= 0:
            at -= sum(len(text) for _, text in hunk.spans)
            named = ' id="at"' if at < 0 else ""
        yield hunk, paragraph != last, named
        last = paragraph


def _moved(hunk: Hunk, words: Catalogue) -> Markup:
    said, place = (_CAME, hunk.before) if hunk.spans[0].op == "insert" else (_WENT, hunk.after)
    return Markup('<span class="tag">{}</span>').format(words.gettext(said) % {"n": (place or 0) + 1})
