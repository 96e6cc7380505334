"""A tracked listing, from its bytes: items that enter and leave are named, and nothing else of a list is news."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.judge import judge
from crawler.model import Change, Known, Page, PageKind, Snapshot, Source
from tests.crawler.test_judge import after

URL = "https://www.example.gov.cn/zwgk/tzgg/index.html"
SOURCE = Source(name="list", url=URL)
T0 = datetime(2026, 1, 1, 8, tzinfo=UTC)
TITLES = (
    "关于开展春季防火工作检查的通知",
    "市政府办公室关于调整部分工作分工的公告",
    "关于公布市级重点实验室名单的通知",
    "关于印发城市更新实施方案的通知",
    "市住建局关于物业服务收费的公示",
    "关于做好高校毕业生就业工作的意见",
    "关于举办全市职业技能竞赛的通知",
    "关于暂停办理部分业务的公告",
)
NEW = "关于召开听证会的公告"

Listed = Sequence[tuple[int | str, str]]


def listed(titles: Sequence[str] = TITLES) -> list[tuple[int | str, str]]:
    return [(20 - place, title) for place, title in enumerate(titles)]


def html(items: Listed, *, pages: str = "共 12 页 首页 上一页 1 2 3 下一页 尾页", today: str = "2026年1月1日") -> str:
    rows = "".join(
        f'<li><a href="/zwgk/tzgg/202506/t202506_{name}.html">{title}</a><span>2025-06-{day:02d}</span></li>'
        for day, (name, title) in zip(range(len(items), 0, -1), items, strict=True)
    )
    return (
        "<!DOCTYPE html><html><head><meta charset='utf-8'><title>通知公告_示例市人民政府</title></head><body>"
        "<div class='nav'><a href='/'>首页</a><a href='/zwgk/'>政务公开</a></div>"
        f"<p>今天是 {today}</p><ul class='list'>{rows}</ul><div class='page'>{pages}</div>"
        "<div class='footer'>主办：示例市人民政府</div></body></html>"
    )


def snapshot(text: str, at: datetime = T0, url: str = URL, content_type: str = "text/html") -> Snapshot:
    headers = (("Content-Type", f"{content_type}; charset=utf-8"),)
    return Snapshot(url=url, final_url=url, status=200, headers=headers, body=text.encode(), fetched_at=at)


def between(before: str, later: str, *, content_type: str = "text/html") -> Change | None:
    """The Change of one visit to the next."""
    fresh = Known(page=Page(url=URL, source="list"))
    first = judge(SOURCE, fresh, snapshot(before, content_type=content_type), T0)
    assert first.version is not None
    assert first.version.article.kind is PageKind.LISTING
    at = T0 + timedelta(hours=6)
    verdict = judge(SOURCE, after(fresh, first), snapshot(later, at, content_type=content_type), at)
    assert len(verdict.changes) <= 1
    return verdict.changes[0] if verdict.changes else None


def items(change: Change | None) -> dict[str, list[str]]:
    """The titles in the evidence, by what happened to them."""
    assert change is not None
    found = change.evidence["items"]
    assert isinstance(found, dict)
    return {name: [one["title"] for one in ones] for name, ones in found.items() if name != "retitled"}  # type: ignore[union-attr, index, call-overload, misc]


def test_an_item_that_enters_is_named_with_its_address() -> None:
    """The oldest made room for it and is on the next page now: it did not leave."""
    change = between(html(listed()), html([(21, NEW), *listed()[:-1]]))
    assert items(change) == {"entered": [NEW], "over_the_end": [TITLES[-1]]}
    assert change is not None
    assert change.summary == f"entered: {NEW} <https://www.example.gov.cn/zwgk/tzgg/202506/t202506_21.html>"
    assert not change.minor


def test_an_item_that_is_taken_out_weighs_more_than_one_that_enters() -> None:
    """What moved up from the next page to fill the place did not enter."""
    shorter = [one for one in listed() if one[1] != TITLES[2]]
    gone = between(html(listed()), html([*shorter, (5, "关于前年某事的通知")]))
    assert items(gone) == {"left": [TITLES[2]], "moved_up": ["关于前年某事的通知"]}
    new = between(html(listed()), html([(21, NEW), *listed()[:-1]]))
    assert gone is not None
    assert new is not None
    assert TITLES[2] in gone.summary
    assert gone.significance > new.significance


def test_another_title_at_the_same_address_is_said() -> None:
    changed = [(name, title.replace("调整", "取消")) for name, title in listed()]
    change = between(html(listed()), html(changed))
    assert change is not None
    assert f"retitled: {TITLES[1]}→{TITLES[1].replace('调整', '取消')}" in change.summary


@pytest.mark.parametrize(
    "later",
    [
        html(list(reversed(listed()))),
        html(listed(), pages="共 13 页 首页 上一页 1 2 3 4 下一页 尾页"),
        html(listed(), today="2026年1月2日 星期五"),
        html(listed()).replace("<span>2025-06-08</span>", "<span>3天前</span>"),
    ],
    ids=["order", "pages", "today", "dates"],
)
def test_order_page_numbers_and_dates_are_no_news(later: str) -> None:
    change = between(html(listed()), later)
    assert change is None or (change.minor and change.significance == 0)


def test_what_is_said_beside_the_items_is_still_compared() -> None:
    notice = "<p>本栏目自下月起停止更新，请访问新网站。</p>"
    change = between(html(listed()), html(listed()).replace("<ul", f"{notice}<ul"))
    assert change is not None
    assert "停止更新" in change.summary


def test_a_feed_is_a_listing_too() -> None:
    def feed(titles: Sequence[str]) -> str:
        rows = "".join(
            f"<item><title>{title}</title><link>https://www.example.gov.cn/{len(title)}.html</link></item>"
            for title in titles
        )
        head = "<?xml version='1.0' encoding='utf-8'?><rss version='2.0'>"
        return f"{head}<channel><title>要闻</title>{rows}</channel></rss>"

    change = between(feed(TITLES[:3]), feed((NEW, *TITLES[:3])), content_type="application/rss+xml")
    assert items(change) == {"entered": [NEW]}


TABLE = (
    "<table><tr><th>区县</th><th>确诊</th><th>死亡</th></tr>"
    "<tr><td>东城区</td><td>{0}</td><td>0</td></tr><tr><td>西城区</td><td>3</td><td>1</td></tr>"
    "<tr><td>合计</td><td>{1}</td><td>1</td></tr></table>"
)


def test_a_figure_in_a_table_is_named_by_its_row_and_column() -> None:
    page = (
        "<!DOCTYPE html><html><head><meta charset='utf-8'><title>疫情通报</title></head><body><h1>疫情通报</h1>"
        f"<div class='content'><p>截至今日零时，全市报告情况如下，请广大市民做好防护。</p>{TABLE}</div></body></html>"
    )
    fresh = Known(page=Page(url=URL, source="list"))
    first = judge(SOURCE, fresh, snapshot(page.format(1, 4)), T0)
    verdict = judge(SOURCE, after(fresh, first), snapshot(page.format(2, 5)), T0 + timedelta(days=1))
    (change,) = verdict.changes
    assert change.summary == "合计, 确诊: 4→5; 东城区, 确诊: 1→2"
    cells = change.evidence["cells"]
    assert isinstance(cells, list)
    assert cells[0] == {"row": "合计", "column": 1, "heading": "确诊", "before": "4", "after": "5"}
    assert replace(change, significance=0.0).kind == "edited"
