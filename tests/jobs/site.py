"""A small government site for the tests of jobs: a listing and articles, on the one fake of the outside world."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from tests.outside import Answer, Asked, Outside

PARAGRAPHS = (
    "为进一步规范学校食堂食材采购管理工作，现就有关事项通知如下，请各单位认真遵照执行。",
    "一、各学校应当建立食材采购公示制度，每月向家长公开采购渠道、品种和价格，人均标准为 30 元。",
    "二、市场监管部门应当会同教育部门每季度开展一次检查，检查结果向社会公布。",
)


@dataclass(slots=True)
class Town:
    """Articles by number, served with validators by revision; a view counter differs at every request."""

    outside: Outside
    articles: dict[int, tuple[str, ...]] = field(default_factory=dict)
    tails: dict[int, str] = field(default_factory=dict)
    unlisted: set[int] = field(default_factory=set)
    copies: dict[str, int] = field(default_factory=dict)
    views: int = 0

    def publish(self, number: int, paragraphs: tuple[str, ...] = PARAGRAPHS, *, tail: str = "") -> str:
        """Put an article on the site, or replace it; its URL."""
        self.articles[number] = paragraphs
        self.tails[number] = tail
        self.outside.answer(self.path(number), lambda asked: self._answer(number))
        self.list_them()
        return self.url(number)

    def serve_at(self, number: int, path: str) -> None:
        """Serve a published article at another path too."""
        self.outside.answer(path, lambda asked: self._answer(number))

    def copy(self, number: int, path: str) -> str:
        """Put an article at another path as well, as it is now; its URL there."""
        answer = self._answer(number)
        self.outside.answer(path, lambda asked: answer)
        self.copies[path] = number
        self.list_them()
        return self.outside.url(path)

    def list_them(self) -> None:
        """Serve the listing of what is published."""
        items = "".join(
            f'<li><a href="{self.path(number)}" title="{self.title(number)}">{self.title(number)}</a>'
            f"<span>2021-06-{number:02d}</span></li>"
            for number in sorted(self.articles.keys() - self.unlisted, reverse=True)
        )
        items += "".join(f'<li><a href="{path}">{self.title(number)}</a></li>' for path, number in self.copies.items())
        self.outside.page(
            "/zwgk/index.html",
            "<!DOCTYPE html><html><head><meta charset='utf-8'><title>通知公告_示例市</title></head><body>"
            f"<div class='nav'><a href='/'>首页</a></div><ul class='list'>{items}</ul></body></html>",
            etag=f'"list-{hash(items)}"',
        )

    def path(self, number: int) -> str:
        """The path of an article."""
        return f"/zwgk/202106/t202106{number:02d}_{number}.html"

    def url(self, number: int) -> str:
        """The URL of an article."""
        return self.outside.url(self.path(number))

    @staticmethod
    def title(number: int) -> str:
        """The title of an article."""
        return f"关于规范学校食堂食材采购管理工作的第{number}号通知"

    def _answer(self, number: int) -> Answer:
        self.views += 1
        body = "".join(f"<p>{text}</p>" for text in self.articles[number])
        page = (
            f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{self.title(number)}_示例市</title></head><body>"
            f"<div class='nav'><a href='/'>首页</a><a href='/zwgk/'>政务公开</a></div><h1>{self.title(number)}</h1>"
            f"<div class='info'>发布时间：2021-06-{number:02d} 来源：市教育局 浏览次数：{self.views}</div>"
            f"<div class='TRS_Editor'>{body}</div>{self.tails[number]}"
            f"<div class='footer'>主办：示例市人民政府 访问量 {self.views}</div></body></html>"
        )
        revision = hash((self.articles[number], self.tails[number]))
        return Answer(body=page.encode(), headers=(("Content-Type", "text/html; charset=utf-8"),), etag=f'"{revision}"')

    def asked_for(self, number: int) -> list[Asked]:
        """The requests for an article so far."""
        return [asked for asked in self.outside.requests if asked.path == self.path(number)]


def configuration(town: Town, *, name: str = "town", more: str = "", delay: timedelta = timedelta(0)) -> str:
    """A sources.toml that watches the town."""
    return (
        f'[[source]]\nname = "{name}"\nurl = "{town.outside.url("/zwgk/index.html")}"\n'
        f'host_delay = "{int(delay.total_seconds())}s"\n{more}'
    )
