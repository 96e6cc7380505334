"""The pages of the fetching benchmark: articles in the dresses of the bundled site, and the listings that name them.

The articles are made of patterns of government prose and of sentences from the bundled site's notices, and are the
same at every run. An edit puts one sentence in the place of another and changes a figure, as offices do; every counter
in the frame moves with it.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from jobs.demo.site import BY_NAME, Counters, DemoPage, PageState
from jobs.demo.site.pages import DEMO_CITY, Dress, Template
from jobs.demo.site.render import article_html
from tests.crawler.detect.government import government_headline, government_paragraphs

LISTED = 50
ENTRY = "/xwfb/index.html"
SHORTEST, LONGEST = 300, 2_000
ROBOTS = b"User-agent: *\nDisallow: /admin/\nDisallow: /search/\n"
_DRESSES: tuple[Template, ...] = ("trs", "zoom", "ucap", "breaks")
# Every fourth page is in GBK under the label that such pages have.
_GBK = Dress(codec="gb18030", meta="gb2312", header="gb2312")
_FIRST_DAY = date(2022, 4, 30)
_NOTICES = ("duty", "suggestions", "prices", "sampling", "flood-plan")
_FIGURE = re.compile(r"\d+(?=[%万余人个场家项])")


@dataclass(frozen=True, slots=True)
class Piece:
    """One article as it is now: `revision` counts its edits."""

    page: DemoPage
    revision: int = 0

    @property
    def content_type(self) -> str:
        """What the header says of it."""
        return f"text/html; charset={self.page.dress.header}"

    def body(self) -> bytes:
        """The whole page."""
        page = self.page
        state = PageState(page=page, path=page.path, paragraphs=page.paragraphs, dress=page.dress)
        views = Counters(page=37 * self.revision, site=4_211 * self.revision)
        return article_html(state, 0, views).encode(page.dress.codec)

    def edited(self) -> Piece:
        """The same article after one more edit."""
        chance = random.Random(f"{self.page.name} {self.revision}")
        paragraphs = list(self.page.paragraphs)
        at = chance.randrange(len(paragraphs))
        said = paragraphs[at].split("。")
        # One that is new here: what the article says elsewhere would be said twice.
        said[chance.randrange(len(said) - 1)] = next(
            sentence for sentence in _sentences(chance, LONGEST) if not any(sentence in one for one in paragraphs)
        )
        paragraphs[at] = "。".join(said)
        figures = [place for place, paragraph in enumerate(paragraphs) if _FIGURE.search(paragraph)]
        if figures:
            at = chance.choice(figures)
            paragraphs[at] = _FIGURE.sub(
                lambda found: str(int(found[0]) + chance.randint(1, 8)), paragraphs[at], count=1
            )
        return Piece(replace(self.page, paragraphs=tuple(paragraphs)), self.revision + 1)


def pieces(count: int) -> list[Piece]:
    """So many articles, the newest first."""
    return [Piece(_page(number)) for number in range(count)]


def _sentences(chance: random.Random, characters: int) -> list[str]:
    """Sentences without their full stops, none of them twice, of about so many characters in all."""
    patterned = "".join(government_paragraphs(chance, characters=characters)).split("。")
    noticed = chance.sample(_noticed(), characters // 200)
    mixed = [sentence for sentence in dict.fromkeys([*patterned, *noticed]) if sentence]
    chance.shuffle(mixed)
    return mixed


@cache
def _noticed() -> list[str]:
    """The sentences of the bundled site's own notices."""
    paragraphs = [paragraph for name in _NOTICES for paragraph in BY_NAME[name].paragraphs if paragraph.endswith("。")]
    return [sentence for paragraph in paragraphs for sentence in paragraph.split("。") if len(sentence) > 12]


def _paragraphs(chance: random.Random, characters: int) -> tuple[str, ...]:
    waiting = _sentences(chance, characters)
    found = []
    while waiting:
        size = chance.randint(1, 4)
        found.append("".join(f"{sentence}。" for sentence in waiting[:size]))
        del waiting[:size]
    return tuple(found)


def _page(number: int) -> DemoPage:
    chance = random.Random(number)
    day = _FIRST_DAY - timedelta(days=number // 4)
    return DemoPage(
        name=f"article {number}",
        path=f"/xwfb/{day:%Y%m}/t{day:%Y%m%d}_{910_000 - number}.html",
        template=_DRESSES[number % len(_DRESSES)],
        site=DEMO_CITY,
        column="政务要闻",
        title=government_headline(chance),
        published=f"{day} {8 + number % 10:02}:30",
        issuer="示例市人民政府办公室",
        paragraphs=_paragraphs(chance, chance.randint(SHORTEST, LONGEST)),
        dress=_GBK if number % 16 < 4 else Dress(),
        views=chance.randint(40, 9_000),
    )


def listings(articles: list[Piece]) -> dict[str, bytes]:
    """The pages of the listing by their paths, LISTED articles on each; ENTRY is the first."""
    parts = [articles[start : start + LISTED] for start in range(0, len(articles), LISTED)]
    return {_listing_path(index): _listing(part, index, len(parts)) for index, part in enumerate(parts)}


def _listing_path(index: int) -> str:
    return ENTRY if index == 0 else f"/xwfb/index_{index}.html"


def _listing(articles: list[Piece], index: int, count: int) -> bytes:
    rows = "\n".join(
        f'<li><a href="{piece.page.path}" target="_blank">{piece.page.title}</a>'
        f'<span class="date">{piece.page.day}</span></li>'
        for piece in articles
    )
    further = f'<a class="next" href="{_listing_path(index + 1)}">下一页</a>' if index + 1 < count else ""
    html = (
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>政务要闻_{DEMO_CITY}</title></head>'
        '<body><div class="position">当前位置：<a href="/">首页</a> &gt; 政务要闻</div>'
        f'<ul class="list">\n{rows}\n</ul>'
        f'<div class="page">共{count}页 {further}</div><div class="footer">主办：{DEMO_CITY}</div></body></html>'
    )
    return html.encode()
