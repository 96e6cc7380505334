"""Made-up histories of one page: what it answered at which time, each a trouble of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from crawler.model import Snapshot
from tests.jobs.site import PARAGRAPHS

START = datetime(2024, 3, 1, 8, 0, tzinfo=UTC)
URL = "https://www.example.gov.cn/zwgk/202403/t20240301_1.html"
MINUTES, DAY = timedelta(minutes=20), timedelta(days=1)
DEARER = (PARAGRAPHS[0], PARAGRAPHS[1].replace("30", "35"), PARAGRAPHS[2])
SPAM = (
    "<div style='position:absolute;left:-9999px'>"
    + "".join(f"<a href='http://bet{n}.example.top/'>澳门赌场注册送彩金</a>" for n in range(6))
    + "</div>"
)


def page(*paragraphs: str, tail: str = "", title: str = "关于规范学校食堂食材采购管理工作的通知") -> bytes:
    """A page with an article."""
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{title}</title></head><body><h1>{title}</h1>"
        "<div class='info'>发布时间：2024-03-01 来源：市教育局</div>"
        f"<div class='TRS_Editor'>{body}</div>{tail}</body></html>"
    ).encode()


def listing(*numbers: int) -> bytes:
    """A page that lists articles."""
    items = "".join(
        f"<li><a href='/zwgk/202403/t{number}.html'>关于做好第{number}次食品安全检查工作的通知</a>"
        f"<span>2024-03-{number:02d}</span></li>"
        for number in numbers
    )
    head = "<!DOCTYPE html><html><head><meta charset='utf-8'><title>通知公告</title></head><body>"
    return f"{head}<h1>通知公告</h1><ul class='list'>{items}</ul></body></html>".encode()


def said(body: bytes, status: int = 200) -> Callable[[datetime], Snapshot]:
    """An answer, whenever it is given."""
    return lambda at: Snapshot(
        url=URL,
        final_url=URL,
        status=status,
        headers=(("Content-Type", "text/html; charset=utf-8"),),
        body=body,
        fetched_at=at,
    )


def led_to(target: str, body: bytes) -> Callable[[datetime], Snapshot]:
    """An answer from another address."""
    answer = said(body)
    return lambda at: replace(answer(at), final_url=target, redirects=(URL,))


@dataclass(frozen=True)
class Told:
    """What the page answered, one answer each `every`."""

    every: timedelta
    answers: Sequence[Callable[[datetime], Snapshot]]

    def captures(self) -> list[Snapshot]:
        """The answers with their times."""
        return [answer(START + place * self.every) for place, answer in enumerate(self.answers)]


A, B, C = said(page(*PARAGRAPHS)), said(page(*DEARER)), said(page(*PARAGRAPHS[:2]))
SPAMMED = said(page(*PARAGRAPHS, tail=SPAM))
LOST, BUSY = said(b"<html><body><h1>404 Not Found</h1></body></html>", 404), said(b"", 503)
HOME = led_to("https://www.example.gov.cn/", page("首页"))
MOVED = led_to("https://www.example.gov.cn/new/t1.html", page(*PARAGRAPHS))

HISTORIES = {
    "edits": Told(DAY, (A, A, B, B, C, A)),
    "a counter": Told(MINUTES, [said(page(*PARAGRAPHS, f"本页浏览次数：{100 + 7 * n}")) for n in range(9)]),
    "a counter, and an edit": Told(
        MINUTES, [said(page(*(PARAGRAPHS if n < 6 else DEARER), f"本页浏览次数：{100 + 7 * n}")) for n in range(9)]
    ),
    "injected, then cleaned": Told(DAY, (A, A, SPAMMED, SPAMMED, A, B)),
    "injected twice": Told(DAY, (A, SPAMMED, A, A, SPAMMED, B)),
    "gone, and back": Told(DAY, (A, LOST, LOST, LOST, A, B)),
    "gone once": Told(DAY, (A, LOST, B, BUSY, LOST, LOST)),
    "sent home": Told(DAY, (A, HOME, HOME, HOME, B)),
    "moved, and back": Told(DAY, (A, MOVED, MOVED, B, A)),
    "two texts that flip": Told(DAY / 4, (A, B, A, B, A, A, B, B, C)),
    "a listing": Told(
        DAY, [said(listing(*numbers)) for numbers in (range(1, 9), range(2, 10), range(2, 10), (2, 4, 5, 6, 7, 8, 9))]
    ),
}
