"""Single items that no run carries: short lines that read like the trades though no two telling pairs stand together.

A pair that only hints, on a line of its own, is reason enough to read that line; in a sentence it is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import Final

from mypy_extensions import i64

from crawler.detect.language.items import CONTACT, MOBILE, items_in
from crawler.detect.language.junk import JunkRun, runs_between
from crawler.detect.language.marks import BORDER, SOFT, behind_last, first_of, is_any
from crawler.detect.language.tables import SIMPLIFIED
from crawler.detect.stretches import merged

# So long an item may be, in Chinese characters alone and with all that belongs to it.
LONGEST_PIECE: Final = 24
LONGEST: Final = 48
LINE: Final = 160
# What a piece must be worth before the line that it stands on is read, its Latin letters and numbers being gone.
PERHAPS: Final = 1.5
# What a line must be worth, and what one must be that was not there in the Version before.
WORTH: Final = 3.5
WORTH_IF_NEW: Final = 2.5
# So much a pair, and so many pairs; at no more than these, it must be worth more.
DENSE: Final = 0.4
SHORT: Final = 2
SURE: Final = 6.0
# A house and the way into it, or a trade and the way to whoever sells.
ENTRY: Final = 2.0
REACHED: Final = 2.0
# More lines than this say nothing more.
MOST: Final = 200
_SENTENCE: Final = re.compile(r"[。！？!?；、“”‘’《》\"'=<>]")
_HARD: Final = re.compile(r"[\"'\n\r。！？!?|｜_•·»>~～—\-\t \u2003\u3000]")
_REACHED: Final = re.compile(f"{CONTACT.pattern}|{MOBILE}")
_ENTRY: Final = re.compile(
    r"(?:娱乐|体育|棋牌|国际|彩票|电竞|真人|线上|会员?|至尊|之星|[城厅馆])[\u4e00-\u9fff]{0,3}?"
    r"(?:官网|官方网|登[录陆]|下载|注册|入口|[aA][pP][pP]|客户端|网页版|手机版|最新版|开户|备用|网址|线路检测|贵宾)"
)


def lone_pieces(text: str, places: Sequence[tuple[int, float]]) -> frozenset[str]:
    """The short pieces of a text, its Latin letters gone, that might be items; `places` are its hints."""
    found: set[str] = set()
    done: i64 = -1
    for place, _ in places:
        at: i64 = place
        if at < done:
            continue
        high = done = first_of(text, at, at + LONGEST_PIECE + 1, BORDER)
        # Most hints stand in prose: that shows soonest from what is behind.
        if high - at > LONGEST_PIECE or is_any(text, high, SOFT):
            continue
        # Behind the border before it, or a little farther away than any begins.
        low = behind_last(text, max(at - LONGEST_PIECE, 0), at, BORDER)
        # Nor does a sentence run into it from before, or has it marks that only sentences have.
        if high - low <= LONGEST_PIECE and not is_any(text, low - 1, SOFT) and first_of(text, low, high, SOFT) == high:
            found.add(text[low:high])
            if len(found) >= MOST:
                break
    return frozenset(piece for piece in found if _worth(piece) >= PERHAPS)


# The menus of a site are the same on each of its pages.
@lru_cache(maxsize=8192)
def _worth(piece: str) -> float:
    return sum(run.score for run in runs_between(piece, 0, len(piece), worth=PERHAPS, grow=False))


def lone_runs(
    text: str, pieces: Collection[str], *, grow: bool = True, old: Callable[[], str] | None = None
) -> list[JunkRun]:
    """The runs on the lines of a text that have one of these pieces; `old` gives what the text was a Version ago.

    `grow`: whether unknown neighbours on the line may belong to a run.
    """
    places: list[tuple[int, int]] = []
    for piece in pieces:
        at = text.find(piece)
        while at >= 0 and len(places) < MOST:
            if bounds := _line(text, at, at + len(piece)) if grow else _bounds(text, at, at + len(piece)):
                places.append(bounds)
            at = text.find(piece, at + len(piece))
    return [run for low, high in merged(places, apart=1) for run in _runs(text, low, high, old, grow)]


def _line(text: str, first: int, last: int) -> tuple[int, int] | None:
    """The line of a piece where it is short and no sentence; else the stretch between the hard borders around it."""
    low = max(text.rfind("\n", max(first - LINE, 0), first) + 1, first - LINE, 0)
    high = text.find("\n", last, last + LINE)
    high = high if high >= 0 else min(last + LINE, len(text))
    clear = (not low or text[low - 1] == "\n") and (high == len(text) or text[high] == "\n")
    return (low, high) if clear and not _SENTENCE.search(text, low, high) else _bounds(text, first, last)


def _bounds(text: str, first: int, last: int) -> tuple[int, int] | None:
    """The stretch between the hard borders around a piece; None where they are too far away for an item."""
    low = first
    while low and not _HARD.match(text, low - 1):
        low -= 1
        if first - low > LONGEST:
            return None
    after = _HARD.search(text, last, last + LONGEST)
    if after is None and last + LONGEST < len(text):
        return None
    return low, after.start() if after else len(text)


def _runs(text: str, low: int, high: int, old: Callable[[], str] | None, grow: bool) -> list[JunkRun]:
    line = text[low:high]
    bonus = ENTRY * (_ENTRY.search(line.translate(SIMPLIFIED)) is not None) + REACHED * (
        _REACHED.search(line) is not None
    )
    least = WORTH if old is None or line in old() else WORTH_IF_NEW
    if bonus and not _HARD.search(line):
        items = items_in(text, low, high)
        score = sum(max(item.score, 0.0) for item in items) + bonus
        if score < least or any(item.prose for item in items):
            return []
        return [
            JunkRun(
                start=low,
                end=high,
                items=(line,),
                separator="",
                score=score,
                pairs=sum(item.pairs for item in items),
                telling=tuple(sorted({pair for item in items for pair in item.telling})),
                alone=True,
            )
        ]
    return [run for run in runs_between(text, low, high, worth=least, grow=grow) if run.alone and _is_dense(run)]


def _is_dense(run: JunkRun) -> bool:
    """Whether a run is no long line that only sums up, and no word of three characters that may be anything."""
    return run.pairs >= SHORT and run.mean >= DENSE and (run.pairs > SHORT or run.score >= SURE)
