"""Elements that are not to be seen: passed over while the page is read, and read when somebody asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crawler.extract.tags import (
    COMMENT,
    HIDDEN,
    HIDDEN_BOX,
    HREF,
    LINK,
    RAW_STARTS,
    SKIP,
    STEPS,
    UNLINK,
    Step,
    is_raw,
    step_of,
    unescape,
)
from crawler.model import fold_space


@dataclass(frozen=True, slots=True)
class Concealed:
    """A hidden piece: what its tag means, the line it stands before, and the piece of the page right behind its tag."""

    step: Step
    line: int
    begin: int


def past_comment(piece: str, pieces: Iterator[str]) -> str:
    """The text behind a comment; `piece` is where it begins, `pieces` what follows."""
    while True:
        _, end, rest = piece.partition("-->")
        if end:
            return rest
        following = next(pieces, None)
        if following is None:
            return ""
        piece = following


def past_element(name: str, pieces: Iterator[str]) -> str:
    """The text behind an element whose content nobody reads."""
    end = f"/{name}>"
    raw = is_raw(name)
    depth = 1
    for piece in pieces:
        if piece.startswith(end):
            depth -= 1
            if not depth:
                return piece[len(end) :]
        elif raw:
            continue
        elif piece.startswith(name) and piece[len(name) : len(name) + 1] in (" ", ">"):
            depth += 1
        elif piece.startswith(RAW_STARTS):
            if piece.startswith("!--"):
                past_comment(piece, pieces)
            elif is_raw(inner := piece.partition(">")[0].partition(" ")[0]):
                past_element(inner, pieces)
    return ""


def behind(pieces: list[str], begin: int) -> Iterator[str]:
    """The pieces of a page from one on."""
    for at in range(begin, len(pieces)):
        yield pieces[at]


def link_text(pieces: list[str], begin: int) -> str:
    """What the link whose text begins right before this piece shows, white space folded."""
    texts = [pieces[begin - 1].partition(">")[2]]
    rest = behind(pieces, begin)
    for piece in rest:
        tag, _, text = piece.partition(">")
        step = STEPS.get(tag) or step_of(tag)
        does = step[0]
        if does in (LINK, UNLINK):
            break
        if does == COMMENT:
            text = past_comment(piece, rest)
        elif does in (SKIP, HIDDEN, HIDDEN_BOX):
            text = past_element(step[1], rest)
        texts.append(text)
    return fold_space(unescape("".join(texts)))


def read_hidden(pieces: list[str], hidden: Concealed) -> tuple[str, list[tuple[str, str]]]:
    """A hidden element's text, and the (address, text) of each of its links."""
    name = hidden.step.name
    own = HREF.search(hidden.step.attrs) if name == "a" and hidden.step.does == HIDDEN else None
    link = unescape(own[1]) if own is not None else None
    end, depth = f"/{name}>", 1
    length = len(name)
    text = pieces[hidden.begin - 1].partition(">")[2]
    texts, shown = [text], [text]
    links: list[tuple[str, str]] = []
    rest = behind(pieces, hidden.begin)
    for piece in rest:
        if piece.startswith(end):
            depth -= 1
            if not depth:
                break
        elif piece.startswith(name) and piece[length : length + 1] in (" ", ">"):
            depth += 1
        tag, _, text = piece.partition(">")
        step = STEPS.get(tag) or step_of(tag)
        does = step[0]
        if does:
            if does <= HIDDEN_BOX:
                texts.append(" ")
            elif does == COMMENT:
                text = past_comment(piece, rest)
            elif does == SKIP:
                if is_raw(step[1]):
                    text = past_element(step[1], rest)
            elif does == UNLINK:
                if link is not None:
                    links.append((link, fold_space(unescape("".join(shown)))))
                link = None
            elif tag[:2] == "a ":
                href = HREF.search(tag)
                link, shown = unescape(href[1]) if href is not None else None, []
        if text:
            texts.append(text)
            if link is not None:
                shown.append(text)
    if link is not None:
        links.append((link, fold_space(unescape("".join(shown)))))
    return fold_space(unescape("".join(texts))), links
