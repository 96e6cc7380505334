"""Titles that a list cuts short and their link's title attribute has whole."""

from __future__ import annotations

import re

from crawler.model import fold_space

# What stands where a title was cut, and what is drawn before one.
_CUT = re.compile(r"\s*(?:[…⋯‥]|\.{2,}|。{2,}|[·・]{2,})[\s….⋯]*")
_BULLETS = "·•●○■□▪▫◆◇►▶➤»›> \u3000"
_LONGEST = 2_000


def whole_title(shown: str, hint: str) -> str | None:
    """The title in a title attribute of which `shown` is the beginning, cut or not; None where it has no such title.

    The attribute may say more: a word before the title, the date on another line.
    """
    head, *rest = _CUT.split(shown.strip(_BULLETS))
    for line in hint[:_LONGEST].splitlines():
        title = fold_space(line)
        begin = title.find(head[: max(2, len(head) // 2)]) if rest else 0
        whole = title[max(begin, 0) :]
        fits = begin >= 0 and whole.endswith(rest[-1]) if rest else whole.startswith(head)
        if fits and len(whole) > len(head):
            return whole
    return None
