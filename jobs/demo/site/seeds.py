"""The five source documents: what of each text is the article, and what is residue of the page's frame.

The files in jobs/demo/seeds are byte for byte the documents this project was created from. Their damage (glosses,
spun words, lost characters, paragraphs broken in two) is theirs and stays in the article.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

SEEDS = Path(__file__).parent.parent / "seeds"
SPAM_LEAD = "主站蜘蛛池模板: "


@cache
def seed_text(stem: str) -> str:
    """One document as it was handed over, line ends untouched."""
    return (SEEDS / f"{stem}.txt").read_bytes().decode("utf-8")


def seed_lines(stem: str) -> tuple[str, ...]:
    """The document's lines without their outer white space, empty ones left out."""
    return tuple(line.strip() for line in seed_text(stem).splitlines() if line.strip())


def between(stem: str, first: str, last: str) -> tuple[str, ...]:
    """The lines from the one that starts with `first` to the one that starts with `last`, both included."""
    lines = seed_lines(stem)
    start = next(index for index, line in enumerate(lines) if line.startswith(first))
    end = next(index for index, line in enumerate(lines) if index >= start and line.startswith(last))
    return lines[start : end + 1]


def spam_block() -> str:
    """The junk block at the end of the Suqian document, exactly: the lead and 41 items, each followed by a bar."""
    text = seed_text("suqian-press-conference")
    return text[text.index(SPAM_LEAD) :]


def spam_items() -> tuple[str, ...]:
    """The block's items with the white space they carry; the lead plus these, joined and ended by `|`, is the block."""
    return tuple(spam_block().removeprefix(SPAM_LEAD).split("|")[:-1])
