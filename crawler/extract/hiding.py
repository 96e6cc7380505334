"""Elements that are not to be seen: passed over while the page is read, and read when somebody asks for them.

The functions that pass over something take the page cut before each tag and the number of the piece right behind the
element's tag, and give the number of the piece that ends it.
"""

from __future__ import annotations

from typing import Final

from mypy_extensions import mypyc_attr

from crawler.extract.nesting import BLOCKS, CLOSED_BY, Unusual, ended_by_end, ended_by_start
from crawler.extract.quotes import cut_short
from crawler.extract.references import unescape
from crawler.extract.rules import RAW_TAGS, SKIPPED_TAGS
from crawler.extract.tags import (
    CLOSE,
    COMMENT,
    HIDDEN,
    HIDDEN_BOX,
    INLINE,
    LINK,
    OPEN,
    PRE,
    SKIP,
    TITLE,
    UNLINK,
    UNPRE,
    Step,
    href_of,
    step_of,
)
from crawler.model import fold_space

_NAME_ENDS: Final = frozenset((">", " ", "\n", "\t", "\r", "\f", "/"))
# What these hold is no markup.
RAW_CONTENT: Final = RAW_TAGS | {"title", "textarea"}
_RAW_LETTERS: Final = frozenset("".join(name[0] + name[0].upper() for name in RAW_CONTENT) + "!")


@mypyc_attr(acyclic=True)
class Concealed:
    """A hidden element: what its tag means, the line it stands before, the piece right behind its tag, and the piece
    that begins with its end tag."""

    def __init__(self, step: Step, line: int, begin: int, end: int) -> None:
        self.step = step
        self.line = line
        self.begin = begin
        self.end = end


def behind(piece: str) -> str:
    """What stands behind the tag that a piece begins with."""
    return piece[piece.find(">") + 1 :] if ">" in piece else ""


def is_tag(piece: str, name: str) -> bool:
    """Whether a piece begins with a tag of that name ("div", "/div"), in any case."""
    length = len(name)
    return piece[:length].lower() == name and piece[length : length + 1] in _NAME_ENDS


def past_comment(pieces: list[str], at: int) -> int:
    """The piece with the end of the comment that begins in the piece before `at`; the last where it has none."""
    at -= 1
    while at < len(pieces):
        if "-->" in pieces[at]:
            return at
        at += 1
    return len(pieces)


def past_raw(name: str, pieces: list[str], at: int) -> int:
    """The end of an element whose content is no markup.

    A script's comment may hold a script with an end tag of its own (13.2.5.20 of the standard, "double escaped").
    """
    end = "/" + name
    commented = doubled = False
    while at < len(pieces):
        piece = pieces[at]
        if piece.startswith("/"):
            if is_tag(piece, end):
                if not doubled:
                    return at
                doubled = False
        elif name == "script":
            commented = commented or piece.startswith("!--")
            doubled = doubled or (commented and is_tag(piece, name))
        if commented and "-->" in piece:
            commented = doubled = False
        at += 1
    return at


def past_element(name: str, pieces: list[str], at: int, strict: bool = False) -> int:
    """The end of an element whose content nobody reads.

    Raises Unusual, if `strict`, where the element has no end of its own or something in it ends what is around it.
    """
    if name in RAW_CONTENT:
        return past_raw(name, pieces, at)
    end = _past_skipped(name, pieces, at, strict) if name in SKIPPED_TAGS else _past_hidden(name, pieces, at, strict)
    if end >= len(pieces) and strict:
        raise Unusual
    return end


def _past_skipped(name: str, pieces: list[str], at: int, strict: bool) -> int:
    """The end of an element that holds drawings, choices and the like, whose tags are of no interest."""
    end = "/" + name
    letters = name[0] + name[0].upper()
    drawing = name == "svg" or name == "math"
    depth = 1
    while at < len(pieces):
        piece = pieces[at]
        at += 1
        letter = piece[:1]
        if letter == "/":
            if is_tag(piece, end):
                depth -= 1
                if not depth:
                    return at - 1
        elif letter in letters and is_tag(piece, name):
            depth += not piece.partition(">")[0].endswith("/")
        elif letter in _RAW_LETTERS:
            if piece.startswith("!--"):
                at = past_comment(pieces, at) + 1
            elif not drawing:
                inner = step_of(piece.partition(">")[0])
                if (inner.does == SKIP or inner.does == TITLE) and inner.name in RAW_CONTENT:
                    at = past_raw(inner.name, pieces, at) + 1
    return at


def _past_hidden(name: str, pieces: list[str], at: int, strict: bool) -> int:
    """The end of a hidden element, whose boxes nest like those of the page."""
    end = "/" + name
    inside = [name] if name in BLOCKS else []
    depth = 0 if inside else 1
    while at < len(pieces):
        piece = pieces[at]
        at += 1
        close = piece.find(">")
        tag = piece if close < 0 else piece[:close]
        step = step_of(tag)
        does = step.does
        if strict and does != COMMENT and cut_short(tag):
            raise Unusual  # what follows may be no tags
        if does in (INLINE, LINK, UNLINK, HIDDEN):
            if depth:
                if is_tag(piece, end):
                    depth -= 1
                    if not depth:
                        if inside and strict:
                            raise Unusual
                        return at - 1
                elif is_tag(piece, name):
                    depth += 1
        elif does == COMMENT:
            at = past_comment(pieces, at) + 1
        elif does in (SKIP, TITLE):
            at = past_element(step.name, pieces, at, strict) + 1
        elif does in (OPEN, PRE, HIDDEN_BOX):
            if strict and inside and inside[-1] in CLOSED_BY.get(step.name, BLOCKS):
                ended = ended_by_start(step.name, inside[::-1])
                if ended >= len(inside) and depth == 0:
                    raise Unusual
                del inside[len(inside) - ended :]
            inside.append(step.name)
        elif does in (CLOSE, UNPRE):
            ended = 1 if inside and inside[-1] == step.name else ended_by_end(step.name, inside[::-1])
            if not ended and strict and step.name != "p":
                raise Unusual
            del inside[len(inside) - ended :]
            if not inside and depth == 0:
                return at - 1
    return at


def read_text(name: str, pieces: list[str], at: int) -> tuple[str, int]:
    """The text of an element that holds nothing but text, and the piece that ends it; `at` is right behind its tag."""
    end = past_raw(name, pieces, at)
    return "<".join([behind(pieces[at - 1]), *pieces[at:end]]), end


def link_text(pieces: list[str], at: int) -> str:
    """What the link whose text begins right before this piece shows, white space folded."""
    texts = [behind(pieces[at - 1])]
    while at < len(pieces):
        step = step_of(pieces[at].partition(">")[0])
        does = step.does
        at += 1
        if does in (LINK, UNLINK):
            break
        if does == COMMENT:
            at = _behind_comment(pieces, at, texts)
            continue
        if does in (SKIP, HIDDEN, HIDDEN_BOX):
            at = past_element(step.name, pieces, at) + 1
        if at <= len(pieces):
            texts.append(behind(pieces[at - 1]))
    return fold_space(unescape("".join(texts)))


def _behind_comment(pieces: list[str], at: int, texts: list[str]) -> int:
    end = past_comment(pieces, at)
    if end < len(pieces):
        texts.append(pieces[end].partition("-->")[2])
    return end + 1


def read_hidden(pieces: list[str], hidden: Concealed) -> tuple[str, list[tuple[str, str]]]:
    """A hidden element's text, and the (address, text) of each of its links."""
    own = hidden.step
    link = href_of(own.attrs) if own.name == "a" and own.does == HIDDEN else None
    texts = [behind(pieces[hidden.begin - 1])]
    shown = [texts[0]]
    links: list[tuple[str, str]] = []
    at = hidden.begin
    end = min(hidden.end, len(pieces))
    while at < end:
        tag = pieces[at].partition(">")[0]
        step = step_of(tag)
        does = step.does
        at += 1
        if does == COMMENT:
            at = _behind_comment(pieces, at, shown)
            texts.append(shown.pop() if at <= end else "")
            continue
        if does in (SKIP, TITLE):
            if step.name in RAW_TAGS:
                at = past_raw(step.name, pieces, at) + 1
            elif step.name in RAW_CONTENT:
                inner, at = read_text(step.name, pieces, at)
                texts.append(inner)
                at += 1
        elif does == UNLINK:
            if link is not None:
                links.append((link, fold_space(unescape("".join(shown)))))
            link = None
        elif does == LINK or (does == HIDDEN and step.name == "a"):
            link, shown = href_of(tag), []
        elif does != INLINE and does <= HIDDEN_BOX:
            texts.append(" ")
        if at <= end:
            text = behind(pieces[at - 1])
            texts.append(text)
            if link is not None:
                shown.append(text)
    if link is not None:
        links.append((link, fold_space(unescape("".join(shown)))))
    return fold_space(unescape("".join(texts))), links
