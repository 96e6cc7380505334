"""Summaries in Chinese: whatever the judge writes is said in it, and whatever a page says stays as the page says it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crawler import summary as summaries
from crawler.attached import judge_file
from crawler.compare import compare
from crawler.diff import diff
from crawler.facts import facts_of
from crawler.foreign import _told, foreign_matter
from crawler.judge import judge
from crawler.model import (
    INJECTION_KINDS,
    Article,
    AttachedFile,
    Attachment,
    Change,
    ChangeKind,
    Finding,
    Known,
    NotModified,
    Page,
    PageState,
    Region,
    Severity,
)
from crawler.moved import elsewhere, led_to
from crawler.tables import cells_changed
from crawler.template import templated
from tests.crawler.test_judge import BODY, JUNK, PAGE, SOURCE, T0, after, html, snapshot
from tests.crawler.test_listings import TITLES, listed
from tests.crawler.test_listings import html as listing
from web.language import catalogues
from web.retold import event_retold, retold

ZH, EN = catalogues()["zh-Hans"], catalogues()["en"]
TEXT = (
    "今天下午召开会议。",
    "人均30元的补贴将发放到位。",
    "第三段讲了学校食堂的许多事情，文字很长很长，一时半会儿说不完。",
    "最后一段。",
)
FILE = Attachment(url="https://www.example.gov.cn/b.pdf", name="附件1")


def article(*paragraphs: str, **fields: object) -> Article:
    return Article(**{"title": "通知", "paragraphs": paragraphs or TEXT, **fields})


def told(before: Article, now: Article) -> str:
    """The Chinese of what really differs between two articles."""
    change = compare(before, now, numbers=(1, 2))
    assert change is not None
    assert retold(change, EN) == change.summary
    return retold(change, ZH)


@pytest.mark.parametrize(
    ("before", "now", "chinese"),
    [
        (article(), article(title="公告"), "标题 通知→公告"),
        (article(), article(title=None), "标题 通知→（无）"),
        (article(), article(issuer="市教育局"), "发布单位 （无）→市教育局"),
        (article(published="2026-03-02"), article(published="2026-03-03"), "发布日期 2026-03-02→2026-03-03"),
        (article(), article(title="公告", published="2026-03-02"), "标题 通知→公告；发布日期 （无）→2026-03-02"),
        (article(title="长" * 50 + "甲"), article(title="长" * 50 + "乙"), f"标题 {'长' * 8} 甲→乙"),
        (article(), article(attachments=(FILE,)), f"新增附件：附件1 <{FILE.url}>"),
        (article(attachments=(FILE,)), article(), f"移除附件：附件1 <{FILE.url}>"),
        (
            article(attachments=tuple(replace(FILE, url=f"https://a.example/{n}") for n in range(3))),
            article(),
            "移除 3 个附件：附件1 <https://a.example/0> …",
        ),
        (article(), article(*TEXT[:3]), "删除第 4 段：“最后一段。”"),
        (article(), article(*TEXT[:2]), "删除第 3–4 段：“第三段讲了学校食堂的许多事情，文字很长很长，一时半会儿说不…”"),
        (article(), article(*TEXT, "新加的话。"), "新增第 5 段：“新加的话。”"),
        (article(), article(*TEXT, "新加的话。", "又一段。"), "新增第 5–6 段：“新加的话。”"),
        (article(), article(*TEXT[1:], TEXT[0]), "第 1 段移位"),
        (article(), article(TEXT[0], TEXT[1].replace("30", "35"), *TEXT[2:]), "人均 30→35 元的补贴将发放到"),
        (
            article(title="甲"),
            article(TEXT[0], TEXT[1].replace("30", "35"), TEXT[3], "新加的话。", title="乙", issuer="市教育局"),
            "标题 甲→乙；人均 30→35 元的补贴将发放到；发布单位 （无）→市教育局；"
            "删除第 3 段：“第三段讲了学校食堂的许多事情，文字很长很长，一时半会儿说不…”；另有 1 处",
        ),
        (article("总计", "1", "2"), article("总计", "1", "3"), "总计，第 2 列：2→3"),
        (article("县", "甲", "总计", "1", "2"), article("县", "甲", "总计", "1", "3"), "总计, 甲: 2→3"),
        (article("他说“好”。"), article('他说"好"。'), "仅排版不同"),
    ],
)
def test_what_differs_between_two_articles(before, now, chinese):
    """Each part that crawler.summary makes."""
    assert told(before, now) == chinese


def seen(html_before: str, html_after: str, url: str = PAGE.url) -> Change:
    """The Change that the judge makes of two visits to a page."""
    source, page = replace(SOURCE, url=url), Page(url=url, source="example")
    first = judge(source, Known(page=page), replace(snapshot(html_before), url=url, final_url=url), T0)
    known = after(Known(page=page), first)
    later = T0 + timedelta(hours=6)
    (change,) = judge(source, known, replace(snapshot(html_after), url=url, final_url=url), later).changes
    return change


@pytest.mark.parametrize(
    ("now", "chinese"),
    [
        (listing([*listed()[:2], *listed()[3:]]), rf"撤下：{TITLES[2]} <https://\S+>"),
        (
            listing([listed()[0], (listed()[1][0], "市政府办公室关于分工的说明"), *listed()[2:]]),
            rf"改题：{TITLES[1]}→市政府办公室关于分工的说明 <https://\S+>",
        ),
        (listing([(99, "关于召开听证会的公告"), *listed()]), r"新增：关于召开听证会的公告 <https://\S+>"),
        (listing([listed()[1], listed()[0], *listed()[2:]]), "仅条目顺序不同"),
    ],
)
def test_what_differs_between_two_listings(now, chinese):
    """Items that came, went, or say something else."""
    change = seen(listing(listed()), now, "https://www.example.gov.cn/zwgk/tzgg/index.html")
    assert re.fullmatch(chinese, retold(change, ZH)), (change.summary, retold(change, ZH))


def items(*listed: tuple[int, str], beside: tuple[str, ...] = ("共 12 页",)) -> Article:
    """A listing as it was read."""
    found = [{"url": f"https://a.example/{number}", "title": title, "date": None} for number, title in listed]
    return article(*(title for _, title in listed), *beside, evidence={"items": found})


OLD = items((1, "甲"), (2, "乙"), (3, "丙"), (4, "丁"))


@pytest.mark.parametrize(
    ("now", "chinese"),
    [
        (
            items((1, "甲"), (2, "乙"), (9, "丙"), (4, "丁"), beside=("共 12 页", "主办。")),
            "换了网址：丙 <https://a.example/9>；新增第 4 段：“主办。”",
        ),
        (items((1, "甲"), (2, "乙"), (3, "丙"), (4, "丁"), beside=("共 13 页",)), "仅列表的页码或日期不同"),
        (
            items(*((10 + n, f"新{n}") for n in range(5)), (2, "乙; left: 甲"), (3, "丙"), (4, "丁")),
            "撤下：甲 <https://a.example/1>；改题：乙→乙; left: 甲 <https://a.example/2>；新增：新0 <https://a.example/10>"
            "；新增：新1 <https://a.example/11>；另有 3 处",
        ),
        (
            items((1, "甲"), (2, "乙"), (3, "丙"), beside=("共 12 页", "本栏目由市政府办公室主办。")),
            "撤下：丁 <https://a.example/4>；新增第 4 段：“本栏目由市政府办公室主办。”",
        ),
    ],
)
def test_items_that_only_a_comparison_shows(now, chinese):
    """More than one thing at once; what the items are called is not ours."""
    assert re.sub(r"新增第 \d 段", "新增第 4 段", told(OLD, now)) == chinese


@pytest.fixture
def known() -> Known:
    """A page read once."""
    fresh = Known(page=PAGE)
    return after(fresh, judge(SOURCE, fresh, snapshot(html()), T0))


def gone(known: Known, status: int = 404) -> tuple[Known, list[Change]]:
    """The page after two visits that did not find it, and the Changes that they made."""
    changes: list[Change] = []
    for hour in (6, 12):
        verdict = judge(SOURCE, known, snapshot("", status=status), T0 + timedelta(hours=hour))
        known = after(known, verdict)
        changes += verdict.changes
    return known, changes


def test_what_becomes_of_a_page_as_a_whole(known):
    """Created, removed, back, moved."""
    (created,) = judge(SOURCE, Known(page=PAGE), snapshot(html()), T0).changes
    assert retold(created, ZH) == created.summary == "关于食材采购的通知"
    lost, (removed,) = gone(known)
    assert retold(removed, ZH) == "已消失：服务器返回 404"
    later = T0 + timedelta(hours=24)
    assert [retold(one, ZH) for one in judge(SOURCE, lost, snapshot(html()), later).changes] == ["原样恢复"]
    (edited,) = judge(SOURCE, lost, snapshot(html(BODY[:2])), later).changes
    assert retold(edited, ZH) == "恢复，删除第 3 段：“二、市场监管部门应当会同教育部门每季度开展一次检查，检查结…”"
    target = "https://www.example.gov.cn/other/1.html"
    (moved,) = judge(SOURCE, known, snapshot(html(), final=target), later).changes
    assert retold(moved, ZH) == f"移至 {target}"
    missing = judge(SOURCE, replace(lost, state=PageState.GONE), snapshot("", status=404), later)
    assert [retold(one, ZH) for one in led_to(lost, missing, target).changes] == [f"移至 {target}"]


def test_an_article_at_a_second_address():
    """And a page of which that is the title."""
    verdict = judge(SOURCE, Known(page=PAGE), snapshot(html()), T0)
    (change,) = elsewhere(verdict, Page(url="https://www.example.gov.cn/old.html", source="example")).changes
    assert retold(change, ZH) == "与此页是同一篇文章：https://www.example.gov.cn/old.html"
    (titled,) = judge(SOURCE, Known(page=PAGE), snapshot(html(title="same article as this one")), T0).changes
    assert retold(titled, ZH) == "same article as this one"


def test_a_template(known):
    """The same on many pages: one event of the source."""
    verdict = judge(SOURCE, known, snapshot(html((*BODY, "请扫描二维码关注。"))), T0 + timedelta(hours=6))
    many = templated(verdict, 9, 20)
    assert many.event is not None
    chinese = "来源模板变化：新增第 4 段：“请扫描二维码关注。”"
    assert [retold(one, ZH) for one in many.changes] == [chinese]
    assert event_retold(many.event.summary, ZH) == chinese
    assert event_retold(many.event.summary, EN) == many.event.summary


def test_foreign_matter(known):
    """A block of junk that arrives and leaves, as real detectors see it."""
    arrived = judge(SOURCE, known, snapshot(html(tail=f"<p>{JUNK}</p>")), T0 + timedelta(hours=6))
    (injected,) = arrived.changes
    assert injected.kind is ChangeKind.INJECTED
    assert re.match(r"(垃圾内容（\d+ 项）|隐藏链接|跳转或伪装)：", retold(injected, ZH)), retold(injected, ZH)
    (cleaned,) = judge(SOURCE, after(known, arrived), snapshot(html()), T0 + timedelta(hours=12)).changes
    assert re.match(r"已消失：(垃圾内容（\d+ 项）|隐藏链接)：", retold(cleaned, ZH)), retold(cleaned, ZH)


@pytest.mark.parametrize(
    ("held", "answers", "chinese"),
    [
        ({}, [(404, b"", "text/html")] * 2, "附件 附件1 (b.pdf) 已消失：服务器返回 404"),
        ({"gone": True}, [(200, b"%PDF one", "application/pdf")], "附件 附件1 (b.pdf) 原样恢复"),
        (
            {},
            [(200, b"%PDF other", "application/pdf")],
            r"附件 附件1 \(b.pdf\) 链接未变，文件已被替换：8 字节→10 字节, sha-256 \w+…→\w+…",
        ),
        (
            {"gone": True},
            [(200, b"%PDF two", "application/msword")],
            r"附件 附件1 \(b.pdf\) 恢复，但已是另一个文件：仍为 8 字节, application/pdf→application/msword, sha-256 .*",
        ),
    ],
)
def test_the_file_behind_a_link(held, answers, chinese):
    """Gone, back, replaced."""
    body = b"%PDF one"
    state = AttachedFile(url=FILE.url, name=FILE.name)
    change = None
    for status, content, kind in [(200, body, "application/pdf"), *answers]:
        answer = replace(snapshot(content, status=status), url=FILE.url, headers=(("Content-Type", kind),))
        verdict = judge_file(SOURCE, state, answer, 1, T0)
        state, change = replace(verdict.state, **held), verdict.change
    assert change is not None
    assert re.fullmatch(re.escape(chinese) if "\\" not in chinese else chinese, retold(change, ZH)), retold(change, ZH)
    assert judge_file(SOURCE, state, NotModified(url=FILE.url, fetched_at=T0), 1, T0).change is None


# ---- what a page says ------------------------------------------------------------------------------------------------

# What a page may say to be taken for the judge.
HOSTILE = (
    *("; ", "; ", ";", "→", "−", "+", "”", "“", ", ", " ", "。", "\n", "今天", "人均", "30", "35", "y"),
    *("title ", "title 甲→乙", "issuer ", "paragraph 3 moved", "paragraphs 1–2 removed: “", "paragraph 4 added: “x”"),
    *("attachment removed: ", "2 more", "typography only", "spaces only", "left: ", "gone: ", "column 2: "),
    *("spam_block: ", "hidden_link of 3 items: "),
)
hostile = st.lists(st.sampled_from(HOSTILE), max_size=7).map("".join)
articles = st.builds(
    Article,
    title=st.none() | hostile,
    issuer=st.none() | hostile,
    paragraphs=st.lists(hostile.filter(lambda text: bool(text.strip())), max_size=4).map(tuple),
    attachments=st.lists(st.builds(Attachment, url=st.just(FILE.url), name=hostile), max_size=2).map(tuple),
)
HEADS = {
    r"title ": "标题 ",
    r"issuer ": "发布单位 ",
    r"(\d+) attachments removed: ": r"移除 \1 个附件：",
    r"(\d+) attachments added: ": r"新增 \1 个附件：",
    r"attachment removed: ": "移除附件：",
    r"attachment added: ": "新增附件：",
    r"paragraph (\d+) removed: “": r"删除第 \1 段：“",
    r"paragraph (\d+) added: “": r"新增第 \1 段：“",
    r"paragraphs (\d+–\d+) removed: “": r"删除第 \1 段：“",
    r"paragraphs (\d+–\d+) added: “": r"新增第 \1 段：“",
    r"paragraph (\d+) moved$": r"第 \1 段移位",
    r"(\d+) more$": r"另有 \1 处",
}


def parts_of(before: Article, now: Article) -> list[list[str]]:
    """The parts of the summary as they were before they were joined, each with what may stand in its place."""
    found = diff(before, now)
    cells, facts = cells_changed(before.paragraphs, now.paragraphs), facts_of(found.hunks)
    fields = [text for change in found.fields for _, text in summaries._field(change)]
    beside = {text for _, text in summaries._paragraphs(found.hunks, figures_told=bool(cells))}
    line = summaries.summarise(found, cells, facts)
    parts: list[list[str]] = []
    known = [*fields, *beside, *map(summaries.cell_told, cells), *map(summaries.fact_told, facts)]
    weights = sorted(set(known), key=len, reverse=True)
    while line:
        own = next((text for text in weights if line.startswith(text) and line[len(text) :][:2] in ("", "; ")), line)
        heads = HEADS if own in fields or own in beside or own not in known else {}
        said = [re.sub(f"^{head}", now, own) for head, now in heads.items()]
        said += [re.sub("→\\(none\\)$", "→（无）", re.sub("^(\\w+ )\\(none\\)→", r"\1（无）→", one)) for one in said]
        said += [re.sub(" spaces only$", " 仅空格不同", one) for one in said]
        parts.append([one for one in dict.fromkeys([own, *said]) if one])
        line = line[len(own) :].removeprefix("; ")
    return parts


@settings(max_examples=400, deadline=None)
@example(Article(paragraphs=("→; →",)), Article(paragraphs=("→→",)))
@example(Article(paragraphs=(";→",)), Article(paragraphs=("→",)))
@given(articles, articles)
def test_what_an_article_says_is_never_touched(before, now):
    """Whatever it says, and however much it looks like ours."""
    change = compare(before, now, numbers=(1, 2))
    if change is None or change.minor:
        return
    allowed = "(?:; |；)".join(f"(?:{'|'.join(map(re.escape, part))})" for part in parts_of(before, now))
    assert re.fullmatch(allowed, retold(change, ZH)), (change.summary, retold(change, ZH))


findings = st.builds(
    Finding,
    kind=st.sampled_from(sorted(INJECTION_KINDS)),
    severity=st.just(Severity.HIGH),
    region=st.just(Region.PAGE),
    quote=hostile,
    start=st.just(0),
    end=st.just(1),
    score=st.just(1.0),
    evidence=st.sampled_from([{}, {"items": 12}]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(findings, min_size=1, max_size=4, unique_by=lambda one: one.fingerprint))
def test_what_foreign_matter_says_is_never_touched(seen):
    """Nor what those say who wrote on the page."""
    told = foreign_matter((), seen)
    assert told is not None
    change = Change(before=1, after=1, kind=told[0], summary=told[1])
    shown = [_told(one) for one in seen[:3]]
    quotes = [text.partition(": ")[2] for text in shown]
    allowed = "(?:; |；)".join(
        f"(?:{re.escape(text)}|[^:：]*：{re.escape(quote)})" for text, quote in zip(shown, quotes, strict=True)
    )
    assert re.fullmatch(allowed, retold(change, ZH)), (change.summary, retold(change, ZH))


@given(hostile, st.sampled_from(ChangeKind), st.booleans())
def test_any_text_at_all_is_said_or_left(text, kind, minor):
    """What an import brings may be no summary of ours."""
    retold(Change(before=1, after=2, kind=kind, minor=minor, summary=text, fields=("body", "title")), ZH)
    assert retold(Change(before=0, after=1, kind=ChangeKind.CREATED, summary=text), ZH) == text


@pytest.mark.parametrize(
    "evidence",
    [
        {"items": {"left": [1, {"url": 2}], "retitled": [{"before": None}]}, "cells": [{}], "files": [{"name": None}]},
        {"figures": "x", "items": [], "cells": 3, "files": {"a": 1}, "names": [{"before": 1, "after": []}]},
    ],
)
def test_evidence_of_another_shape_is_passed_over(evidence):
    """It may come from a file that somebody wrote."""
    change = Change(before=1, after=2, kind=ChangeKind.EDITED, summary="a→b", fields=("body",), evidence=evidence)
    assert retold(change, ZH) == "a→b"


def test_a_page_that_names_the_judge_is_quoted():
    """The same words are ours in one place and the page's in another."""
    before, now = article(title="甲"), article(*TEXT[1:], TEXT[0], title="甲; paragraph 3 moved; 2 more")
    assert told(before, now) == "标题 甲→甲; paragraph 3 moved; 2 more；第 1 段移位"
    assert told(article(title="甲"), article(title="乙; typography only")) == "标题 甲→乙; typography only"
