"""Elements that are not to be seen: passed over while the page is read, and read when somebody asks for them.

The functions that pass over something take the page and the index right behind the element's tag, and give the index
of the "<" of the tag that ends it: the page's length where nothing does.
"""

from __future__ import annotations

from typing import Final

from mypy_extensions import i64, mypyc_attr

from crawler.extract.characters import SLASH
from crawler.extract.nesting import BLOCKS, CLOSED_BY, Unusual, ended_by_end, ended_by_start
from crawler.extract.quotes import end_of_tag
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
    kind_of,
    step_of,
)
from crawler.model import fold_space

_NAME_ENDS: Final = frozenset((">", " ", "\n", "\t", "\r", "\f", "/"))
# What these hold is no markup.
RAW_CONTENT: Final = RAW_TAGS | {"title", "textarea"}
_RAW_LETTERS: Final = frozenset("".join(name[0] + name[0].upper() for name in RAW_CONTENT))


@mypyc_attr(acyclic=True)
class Concealed:
    """A hidden element: what its tag means, the line it stands before, where its content begins and where it ends."""

    def __init__(self, step: Step, line: int, begin: int, end: int) -> None:
        self.step = step
        self.line = line
        self.begin = begin
        self.end = end


def is_tag(html: str, at: int, name: str) -> bool:
    """Whether a tag of that name ("div", "/div"), in any case, has its "<" at an index."""
    end = at + 1 + len(name)
    return html[at + 1 : end].lower() == name and html[end : end + 1] in _NAME_ENDS


def text_until_tag(html: str, at: int) -> str:
    """What stands between an index and the next tag."""
    end = html.find("<", at)
    return html[at:] if end < 0 else html[at:end]


def past_comment(html: str, at: int) -> int:
    """The index behind the comment whose "<" stands at `at`; the page's length where it has no end."""
    end = html.find("-->", at + 2)
    return len(html) if end < 0 else end + 3


def past_raw(name: str, html: str, at: int) -> int:
    """The end of an element whose content is no markup."""
    tag = "/" + name
    end: i64 = html.find("<", at)
    while end >= 0 and not (end + 1 < len(html) and ord(html[end + 1]) == SLASH and is_tag(html, end, tag)):
        end = html.find("<", end + 1)
    if end < 0:
        end = len(html)
    if name == "script" and html.find("<!--", at, end) >= 0:
        return _past_commented(html, at)
    return end


def _past_commented(html: str, at: int) -> int:
    """The end of a script with a comment, which may hold a script with an end tag of its own.

    13.2.5.20 of the standard, "double escaped".
    """
    doubled = False
    until = -1  # where the comment ends
    while (start := html.find("<", at)) >= 0:
        if start > until:
            doubled = False
        if is_tag(html, start, "/script"):
            if not doubled:
                return start
            doubled = False
        elif start < until:
            doubled = doubled or is_tag(html, start, "script")
        elif html.startswith("<!--", start):
            until = html.find("-->", start + 2)
            if until < 0:
                until = len(html)
        at = start + 1
    return len(html)


def past_element(name: str, html: str, at: int, strict: bool = False) -> int:
    """The end of an element whose content nobody reads.

    Raises Unusual, if `strict`, where the element has no end of its own or something in it ends what is around it.
    """
    if name in RAW_CONTENT:
        return past_raw(name, html, at)
    end = _past_skipped(name, html, at) if name in SKIPPED_TAGS else _past_hidden(name, html, at, strict)
    if end >= len(html) and strict:
        raise Unusual
    return end


def _past_skipped(name: str, html: str, at: int) -> int:
    """The end of an element that holds drawings, choices and the like, whose tags are of no interest."""
    end = "/" + name
    letters = name[0] + name[0].upper()
    drawing = name == "svg" or name == "math"
    depth = 1
    while (start := html.find("<", at)) >= 0:
        at = start + 1
        letter = html[at : at + 1]
        if letter == "/":
            if is_tag(html, start, end):
                depth -= 1
                if not depth:
                    return start
        elif letter == "!":
            if html.startswith("!--", at):
                at = past_comment(html, start)
        elif letter in letters and is_tag(html, start, name):
            close = end_of_tag(html, start)
            depth += html[close - 1] != "/"
        elif letter in _RAW_LETTERS and not drawing:
            close = end_of_tag(html, start)
            inner = step_of(html[at:close])
            if (inner.does == SKIP or inner.does == TITLE) and inner.name in RAW_CONTENT:
                at = past_raw(inner.name, html, close + 1)
    return len(html)


def _past_hidden(name: str, html: str, at: int, strict: bool) -> int:
    """The end of a hidden element, whose boxes nest like those of the page."""
    end = "/" + name
    inside = [name] if name in BLOCKS else []
    depth = 0 if inside else 1
    while (start := html.find("<", at)) >= 0:
        close = end_of_tag(html, start)
        step = kind_of(html[start + 1 : close])
        does = step.does
        at = close + 1
        if does in (INLINE, UNLINK, HIDDEN):
            if depth:
                if is_tag(html, start, end):
                    depth -= 1
                    if not depth:
                        if inside and strict:
                            raise Unusual
                        return start
                elif is_tag(html, start, name):
                    depth += 1
        elif does == COMMENT:
            at = past_comment(html, start)
        elif does in (SKIP, TITLE):
            at = past_element(step.name, html, at, strict)
        elif does in (OPEN, PRE):
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
                return start
    return len(html)


def link_text(html: str, at: int) -> str:
    """What the link whose tag begins at an index shows, white space folded."""
    at = end_of_tag(html, at) + 1
    texts = [text_until_tag(html, at)]
    while (start := html.find("<", at)) >= 0:
        close = end_of_tag(html, start)
        step = step_of(html[start + 1 : close])
        does = step.does
        if does in (LINK, UNLINK):
            break
        at = _behind(html, start, close, step)
        texts.append(text_until_tag(html, at))
    return fold_space(unescape("".join(texts)))


def _behind(html: str, start: int, close: int, step: Step) -> int:
    """The index behind a tag and what of its element is not to be seen."""
    if step.does == COMMENT:
        return past_comment(html, start)
    if step.does in (SKIP, HIDDEN, HIDDEN_BOX):
        return end_of_tag(html, past_element(step.name, html, close + 1)) + 1
    return close + 1


def read_hidden(html: str, hidden: Concealed) -> tuple[str, list[tuple[str, str]]]:
    """A hidden element's text, and the (address, text) of each of its links."""
    own = hidden.step
    link = href_of(own.attrs) if own.name == "a" and own.does == HIDDEN else None
    at, end = hidden.begin, hidden.end
    texts: list[str] = []
    shown: list[str] = []
    links: list[tuple[str, str]] = []
    while True:
        start = html.find("<", at, end)
        text = html[at : start if start >= 0 else end]
        texts.append(text)
        shown.append(text)
        if start < 0:
            break
        close = end_of_tag(html, start)
        tag = html[start + 1 : close]
        step = step_of(tag)
        does = step.does
        at = close + 1
        if does == COMMENT:
            at = past_comment(html, start)
        elif does in (SKIP, TITLE):
            if step.name in RAW_CONTENT:
                inner = at
                at = past_raw(step.name, html, at)
                if step.name not in RAW_TAGS:
                    texts.append(html[inner:at])
        elif does in (UNLINK, LINK) or (does == HIDDEN and step.name == "a"):
            if link is not None and does == UNLINK:
                links.append((link, fold_space(unescape("".join(shown)))))
            link, shown = None if does == UNLINK else href_of(tag), []
        elif does != INLINE and does <= HIDDEN_BOX:
            texts.append(" ")
    if link is not None:
        links.append((link, fold_space(unescape("".join(shown)))))
    return fold_space(unescape("".join(texts))), links
