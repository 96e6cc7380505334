"""Reading through elements that are not to be seen, up to where they end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from crawler.extract.tags import COMMENT, HIDDEN_BOX, HREF, SKIP, STEPS, UNLINK, is_raw, step_of, unescape
from crawler.model import fold_space


@dataclass(slots=True)
class Concealed:
    """A hidden piece: its text, how it is hidden, the (address, text) of its links, and the line it stands before."""

    how: str
    line: int
    text: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)


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
        elif piece.startswith("!--"):
            past_comment(piece, pieces)
        elif piece.startswith(("script", "style", "iframe")):
            past_element(piece.partition(">")[0].partition(" ")[0], pieces)
    return ""


def read_hidden(name: str, text: str, pieces: Iterator[str], found: Concealed, link: str | None = None) -> str:
    """Reads a hidden element's text and links into `found` and gives the text behind the element.

    `text` is what stands right behind its start tag; `link` is its own address, where it is one.
    """
    end, depth = f"/{name}>", 1
    length = len(name)
    texts, shown = [text], [text]
    steps = STEPS.get
    rest = ""
    for piece in pieces:
        if piece.startswith(end):
            depth -= 1
            if not depth:
                rest = piece[length + 2 :]
                break
        elif piece.startswith(name) and piece[length : length + 1] in (" ", ">"):
            depth += 1
        tag, _, text = piece.partition(">")
        step = steps(tag) or step_of(tag)
        does = step[0]
        if does:
            if does <= HIDDEN_BOX:
                texts.append(" ")
            elif does == COMMENT:
                text = past_comment(piece, pieces)
            elif does == SKIP:
                if is_raw(step[1]):
                    text = past_element(step[1], pieces)
            elif does == UNLINK:
                if link is not None:
                    found.links.append((link, fold_space(unescape("".join(shown)))))
                link = None
            elif tag[:2] == "a ":
                href = HREF.search(tag)
                link, shown = unescape(href[1]) if href is not None else None, []
        if text:
            texts.append(text)
            if link is not None:
                shown.append(text)
    if link is not None:
        found.links.append((link, fold_space(unescape("".join(shown)))))
    found.text = fold_space(unescape("".join(texts)))
    return rest
