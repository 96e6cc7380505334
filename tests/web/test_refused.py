"""Refusals as their readers can use them: a page for a browser, in its language; a line or a problem for programs."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import web
from crawler.errors import StoreBusy
from tests.web.shelf import NOW, QUIET, Ask, asker
from tests.web.test_retold_reasons import FILLED, readings
from web import create_app
from web.language import catalogues
from web.retold import refusal_retold
from web.safe import PAGE_POLICY

ROOT = Path(web.__file__).parents[1]
ZH, EN = catalogues()["zh-Hans"], catalogues()["en"]
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "zh-CN"}


class Away:
    """People of a store that has gone away."""

    def ever(self):
        raise StoreBusy("another process is writing to sqlite:///x.db; try again.")


@pytest.fixture(scope="module")
def locked(shelf) -> Ask:
    """A room with a token, asked under a name of its own."""
    return asker(create_app(shelf.history, clock=lambda: NOW, token="wort"), base="http://room.example:8000")


def refusals(shelf, locked: Ask, app, path: str, headers: dict[str, str]) -> dict[int, object]:
    """Every refusal of the door, by its status."""
    tired = asker(create_app(shelf.history, clock=lambda: NOW, token="wort"))
    wrong = {**headers, "Authorization": "Bearer wrong"}
    for _ in range(20):
        tired(path, headers=wrong)
    away = asker(create_app(shelf.history, clock=lambda: NOW, people=Away()))
    answers = {
        401: locked(path, headers=headers),
        403: asker(app)(path, "POST", headers={**headers, "Sec-Fetch-Site": "cross-site"}),
        413: asker(app)(path, "POST", headers={**headers, "Content-Length": "9999999"}),
        421: asker(app, "http://rebound.example")(path, headers=headers),
        429: tired(path, headers=wrong),
        503: away(path, headers=headers),
    }
    assert {status: answer.status_code for status, answer in answers.items()} == {status: status for status in answers}
    for answer in answers.values():
        assert answer.headers["content-security-policy"] == PAGE_POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "private, no-cache"
    assert answers[401].headers["www-authenticate"].startswith("Basic ")
    assert answers[429].headers["retry-after"].isdecimal()
    assert answers[503].headers["retry-after"] == "5"
    return answers


def test_a_browser_is_refused_by_a_page_in_its_language(shelf, locked, app):
    """Drawn like any other, with the words of the refusal and with its headers."""
    answers = refusals(shelf, locked, app, "/pages", BROWSER)
    words = {
        401: "请先表明身份 请在 /login 登录",
        403: "没有执行 来自别处的页面",
        413: "内容过大 超过了这里能接受的大小",
        421: "不能用这个名称访问 只供本机访问",
        429: "请慢一些 错误的令牌过多",
        503: "存档正忙 另一个进程正在写入 sqlite:///x.db",
    }
    for status, answer in answers.items():
        assert answer.headers["content-type"].startswith("text/html")
        assert answer.headers["content-language"] == "zh-Hans"
        assert "Accept," in answer.headers["vary"]
        assert '<html lang="zh-Hans"' in answer.text
        assert '<link rel="stylesheet" href="/static/palimpsest.css">' in answer.text
        title, detail = words[status].split(" ", 1)
        assert detail in answer.text, (status, answer.text)
        assert f"<h1>{title}" in answer.text or status == 503
    english = refusals(shelf, locked, app, "/pages", {"Accept": "text/html"})
    assert "This reading room asks who you are" in english[401].text
    assert '<html lang="en"' in english[401].text


def test_a_program_is_refused_in_a_line(shelf, locked, app):
    """As it was, whatever language its machine speaks."""
    for answer in refusals(shelf, locked, app, "/pages", {"Accept-Language": "zh-CN"}).values():
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.text.endswith(".\n")
        assert answer.text.isascii()


@pytest.mark.parametrize("headers", [{}, BROWSER])
def test_under_api_a_refusal_is_a_problem(shelf, locked, app, headers):
    """For a browser as well: who asks there is a program."""
    answers = refusals(shelf, locked, app, "/api/v1/pages", headers)
    for status, title in ((401, "Who are you?"), (403, "Not from there"), (429, "Not so fast")):
        assert answers[status].headers["content-type"] == "application/problem+json"
        assert answers[status].json()["title"] == title
        assert answers[status].json()["detail"].isascii()


def test_a_refused_page_shows_nothing_of_the_store(locked):
    """But what was asked for, to come back to."""
    assert "学校食堂" not in locked("/page", headers=BROWSER, url=QUIET).text


def test_a_head_is_refused_without_a_body(locked):
    """Like every other answer."""
    answer = locked("/pages", "HEAD", headers=BROWSER)
    assert (answer.status_code, answer.content) == (401, b"")


@pytest.mark.parametrize(
    ("path", "query", "status", "chinese"),
    [
        ("/nowhere", {}, 404, "阅览室里没有这个页面。"),
        ("/source", {"name": "nobody"}, 404, "没有名为 nobody 的来源"),
        ("/page", {"url": "https://x.example/"}, 404, "没有跟踪 https://x.example/；"),
        ("/version", {"url": QUIET, "n": 99}, 404, f"{QUIET} 没有版本 99；"),
        ("/finding", {"id": 99}, 404, "没有异常 99"),
        ("/page", {}, 422, "url：必须填写"),
        ("/version", {"url": QUIET, "n": "x"}, 422, "n：应为整数"),
        ("/version", {"n": 0}, 422, "url：必须填写；n：应大于或等于 1"),
        ("/changes", {"kind": "xx"}, 400, "没有 &#39;xx&#39; 这种变更；可选：created, edited"),
        ("/changes", {"since": "xx"}, 400, "&#39;xx&#39; 不能作为起始时间"),
        ("/changes", {"after": "xx"}, 400, "&#39;xx&#39; 不是列表中的位置"),
        ("/findings", {"severity": "xx"}, 400, "没有 &#39;xx&#39; 这种严重程度"),
        ("/pages", {"order": "xx"}, 400, "页面没有 &#39;xx&#39; 这种排序"),
        ("/search", {"q": "食"}, 400, "无法查找"),
        ("/memento/x", {}, 404, ""),
    ],
)
def test_what_cannot_be_shown_is_said_in_chinese(ask, path, query, status, chinese):
    """And what was asked for stays as it was asked for."""
    answer = ask(path, headers={"Accept-Language": "zh"}, **query)
    if status != 404 or chinese:
        assert answer.status_code == status
    assert chinese in answer.text, re.findall(r'<p class="lead">.*', answer.text)


def raised() -> list[tuple[str, ast.expr]]:
    """Every text with which the store or the room refuses what a reader asked for."""
    found: list[tuple[str, ast.expr]] = []
    places = [*(ROOT / "web").rglob("*.py"), *(ROOT / "store").glob("*.py")]
    for path in places:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            at = {"NotKnown": 0, "StoreBusy": 0, "StoreFull": 0, "HTTPException": 1, "_refused": 2}.get(name)
            text = node.args[at] if at is not None and len(node.args) > at else None
            if isinstance(text, ast.JoinedStr) or (isinstance(text, ast.Constant) and isinstance(text.value, str)):
                found.append((f"{path.relative_to(ROOT)}:{text.lineno}", text))
    return found


# What commands ask for or the start meets, and no page.
COMMANDS = {"store/people.py", "store/archive.py", "store/queue.py", "store/importing.py", "store/rereading.py"}
STARTING = {"store/opening.py", "store/timeline.py"}
RAISED = [one for one in raised() if one[0].split(":")[0] not in COMMANDS | STARTING]


@pytest.mark.parametrize(("where", "text"), RAISED, ids=[where for where, _ in RAISED])
def test_every_refusal_that_the_code_writes_is_known(where, text):
    """Whoever refuses something says it in Chinese in the same step."""
    tried = list(readings(text, (*FILLED, "severity", "no version 7")))
    assert any(refusal_retold(one, ZH) != one for one in tried), (where, tried[0])
    assert refusal_retold(tried[0], EN) == tried[0]
