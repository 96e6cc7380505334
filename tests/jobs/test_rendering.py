"""`render = true` from the command line: a site that is empty without its scripts, and a machine without a browser."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import dataclass

import pytest

from tests.chromium import assert_ended, browsers, chromium, command, needs_proc
from tests.jobs.conftest import Desk
from tests.jobs.running import PATIENCE, running, wait_for
from tests.jobs.site import PARAGRAPHS, Town
from tests.outside import Outside

_SHELL = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>示例市人民政府</title></head>
<body><div class="nav"><a href="/">首页</a></div><div id="app"></div><script src="/app.js"></script></body></html>"""
_APP = """
const app = document.getElementById("app");
fetch("/api" + location.pathname).then(answer => answer.json()).then(said => {
  if (said.items) {
    app.innerHTML = "<ul class=list>" + said.items.map(
      item => `<li><a href="${item.path}">${item.title}</a><span>${item.date}</span></li>`).join("") + "</ul>";
  } else {
    document.title = said.title;
    app.innerHTML = `<h1>${said.title}</h1><div class=info>发布时间：${said.date} 来源：市教育局</div>`
      + "<div class=content>" + said.paragraphs.map(one => `<p>${one}</p>`).join("") + "</div>";
  }
});
"""


@dataclass
class AppSite:
    """Three articles behind a listing, all of them one and the same shell until its script has run."""

    outside: Outside

    def __post_init__(self) -> None:
        self.outside.page("/app.js", _APP, content_type="text/javascript; charset=utf-8")
        items = [{"path": f"/a/{n}.html", "title": Town.title(n), "date": f"2021-06-{n:02d}"} for n in (1, 2, 3)]
        self._serve("/index.html", {"items": items})
        for number in (1, 2, 3):
            self.publish(number, PARAGRAPHS)

    def publish(self, number: int, paragraphs: tuple[str, ...]) -> None:
        article = {"title": Town.title(number), "date": f"2021-06-{number:02d}", "paragraphs": paragraphs}
        self._serve(f"/a/{number}.html", article)

    def _serve(self, path: str, said: dict[str, object]) -> None:
        self.outside.page(path, _SHELL, etag='"always the same"')
        self.outside.page(f"/api{path}", json.dumps(said), content_type="application/json")

    def configure(self, desk: Desk) -> None:
        desk.config.write_text(
            f'[[source]]\nname = "app"\nurl = "{self.outside.url("/index.html")}"\nhost_delay = "0s"\nrender = true\n',
            encoding="utf-8",
        )


@pytest.fixture
def app(outside: Outside) -> AppSite:
    return AppSite(outside)


def test_a_site_that_is_empty_without_scripts_is_watched(desk: Desk, app: AppSite) -> None:
    chromium()
    app.configure(desk)
    first = desk("check")
    assert first.status == 0, first.err
    assert {page["title"] for page in desk.json("pages")} == {Town.title(number) for number in (1, 2, 3)}
    assert PARAGRAPHS[1] in desk("show", app.outside.url("/a/1.html")).out

    app.publish(2, (*PARAGRAPHS[:1], PARAGRAPHS[1].replace("30", "35"), *PARAGRAPHS[2:]))
    assert desk("check", "--all").status == 0
    edited = [change for change in desk.json("changes") if change["kind"] == "edited"]
    assert [change["page"] for change in edited] == [app.outside.url("/a/2.html")]
    assert desk.json("findings") == []
    asked = [path for path in app.outside.paths if path == "/app.js"]
    assert len(asked) == 2, "once a pass"


def test_what_was_rendered_is_read_again_as_it_was_read(desk: Desk, app: AppSite) -> None:
    chromium()
    app.configure(desk)
    assert desk("check").status == 0
    told = desk.json("changes")
    assert desk("reextract").status == 0
    assert desk.json("changes") == told
    assert desk("doctor").status == 0


def test_a_challenge_is_a_challenge_to_a_browser_too(desk: Desk, app: AppSite) -> None:
    """It waits for a cookie to come back, or for its visitor to go where it says; neither is done."""
    chromium()
    app.configure(desk)
    assert desk("check").status == 0
    waits = "document.cookie = 'passed=1'; document.body.append('请完成下方验证后继续访问'); location.reload()"
    page = f"<!DOCTYPE html><html><head><title>安全验证</title></head><body><script>{waits}</script></body></html>"
    app.outside.page("/a/1.html", page)
    asked = app.outside.paths.count("/a/1.html")
    assert desk("check", app.outside.url("/a/1.html")).status == 1
    assert app.outside.paths.count("/a/1.html") == asked + 1
    assert all("cookie" not in one.headers for one in app.outside.requests)
    states = {page["url"]: page["state"] for page in desk.json("pages")}
    assert states[app.outside.url("/a/1.html")] == "blocked"
    assert [change["kind"] for change in desk.json("changes", app.outside.url("/a/1.html"))] == ["created"]


@needs_proc
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_stopped_in_the_middle_of_a_page_it_is_still_due_and_no_browser_is_left(
    desk: Desk, app: AppSite, how: signal.Signals
) -> None:
    chromium()
    app.configure(desk)
    app.outside.raw("/api/a/2.html", lambda wire: wire.hang())
    with running(desk, "check") as process:
        wait_for(lambda: "/api/a/2.html" in app.outside.paths, process)
        browser = browsers(process.pid)
        assert any("--remote-debugging-pipe" in command(one) for one in browser)
        # Ctrl-C reaches all that the terminal holds: what drives the browser, and not the browser.
        drivers = [one for one in browser if "run-driver" in command(one)] if how is signal.SIGINT else []
        for one in [process.pid, *drivers]:
            os.kill(one, how)
        process.communicate(timeout=PATIENCE)
        assert process.returncode == (-how if how is signal.SIGKILL else 130)
        assert_ended(browser)
    assert [page["checks"] for page in desk.json("pages") if page["url"].endswith("/2.html")] == [0]


def test_without_chromium_nothing_is_run_and_it_is_said_what_to_install(
    desk: Desk, app: AppSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.configure(desk)
    monkeypatch.setenv("PATH", "/nowhere")
    for word in ("check", "run", "worker"):
        answered = desk(word)
        assert answered.status == 2
        assert "render = true (app)" in answered.err
        assert "apt-get install chromium" in answered.err
        assert "PALIMPSEST_CHROMIUM" in answered.err
    assert app.outside.requests == []
    assert "apt-get install chromium" in desk("doctor").out


def test_a_browser_that_was_named_and_is_none_is_said(
    desk: Desk, app: AppSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.configure(desk)
    monkeypatch.setenv("PALIMPSEST_CHROMIUM", "/no/such/browser")
    answered = desk("check")
    assert answered.status == 2
    assert "/no/such/browser" in answered.err


def test_without_playwright_it_is_said_what_to_install(
    desk: Desk, app: AppSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.configure(desk)
    monkeypatch.setattr("jobs.rendering.find_spec", lambda name: None)
    answered = desk("check")
    assert answered.status == 2
    assert "pip install 'palimpsest[render]'" in answered.err


def test_what_is_not_rendered_needs_no_browser(watched: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr("jobs.rendering.find_spec", lambda name: None)
    assert watched("check", "--all").status == 0
    assert "rendering" not in watched("doctor").out
