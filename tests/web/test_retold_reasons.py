"""Details, evidence and refusals in Chinese: every phrase that the code can write is one that the room knows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import crawler
from crawler.detect.language import clues, offers
from crawler.model import FailureReason
from web.language import catalogues
from web.retold import evidence_name, evidence_said, reason_retold
from web.words import label

ZH, EN = catalogues()["zh-Hans"], catalogues()["en"]
ROOT = Path(crawler.__file__).parents[1]

# ---- the code --------------------------------------------------------------------------------------------------------

# Who writes a detail, and in which argument: by place, or by name.
WRITERS: dict[str, int | str] = {
    "failed": 3,
    "blocked": 3,
    "missing": 3,
    "_failed": 2,
    "_missing": 2,
    "RenderFailed": 1,
    "FetchFailed": "detail",
    "_Nothing": "why",
    "Discovery": "why",
}
ERRORS = ("AddressRefused", "BodyTooLarge", "BodyTruncated", "BodyCorrupt", "HeadFlood", "ConnectError", "_Refused")
PLACES = [
    *("crawler/judge.py", "crawler/absence.py", "crawler/attached.py", "jobs/discovery.py"),
    *("crawler/fetch/guard.py", "crawler/fetch/http.py", "crawler/fetch/inflate.py", "crawler/fetch/pace.py"),
    *("crawler/fetch/parts.py", "crawler/fetch/render.py", "crawler/fetch/robots.py", "crawler/fetch/wire.py"),
    *("crawler/fetch/browser.py", "crawler/fetch/drawing.py"),
    *("crawler/discover/feed.py", "crawler/discover/sitemap.py", "crawler/discover/json_list.py"),
]
# What a place in a phrase may hold, for a phrase to be tried with.
FILLED = ("7", "https://a.example/x", "timeout", "the server answered 404", "")


def written(path: str) -> Iterator[tuple[str, ast.expr]]:
    """Every text that a module hands to a writer of details, as it stands in the code."""
    for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        at = 0 if name in ERRORS else WRITERS.get(name)
        if name == "_failed" and path.startswith("crawler/fetch"):
            at = 3
        given = [word.value for word in node.keywords if word.arg == at]
        if isinstance(at, int) and len(node.args) > at:
            given.append(node.args[at])
        for text in given:
            if isinstance(text, ast.JoinedStr) or (isinstance(text, ast.Constant) and isinstance(text.value, str)):
                yield f"{path}:{text.lineno}", text


def readings(text: ast.expr, filled_with: tuple[str, ...] = FILLED) -> Iterator[str]:
    """What the code can make of a text, with this and that in its places."""
    pieces = text.values if isinstance(text, ast.JoinedStr) else [text]
    holes = [piece for piece in pieces if isinstance(piece, ast.FormattedValue)]
    for filled in product(filled_with, repeat=len(holes)):
        values = iter(filled)
        yield "".join(
            str(piece.value) if isinstance(piece, ast.Constant) else _shown(piece, next(values)) for piece in pieces
        )


def _shown(hole: ast.expr, value: str) -> str:
    return repr(value) if isinstance(hole, ast.FormattedValue) and hole.conversion == ord("r") else value


PHRASES = [one for path in PLACES for one in written(path)]


def test_there_are_phrases_to_be_tried():
    """The walk through the code finds what it is after."""
    assert len(PHRASES) > 50


@pytest.mark.parametrize(("where", "text"), PHRASES, ids=[where for where, _ in PHRASES])
def test_every_detail_that_the_code_writes_is_known(where, text):
    """Whoever adds a reason says it in Chinese in the same step."""
    tried = [one for one in readings(text) if re.search("[a-z]", one)]
    plain = "".join(str(piece.value) for piece in getattr(text, "values", [text]) if isinstance(piece, ast.Constant))
    if len(re.findall("[A-Za-z]{2,}", plain)) < 2 and plain not in ("empty body",):
        pytest.skip("no phrase, but what joins two")
    assert any(reason_retold(one, ZH) != one for one in tried), (where, tried[0])


def literals(path: str, *names: str) -> set[str]:
    """The English words in texts of these functions of a module, docstrings apart."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name in names:
            for part in ast.walk(ast.Module(body=node.body[bool(ast.get_docstring(node)) :], type_ignores=[])):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    found.update(re.findall("[a-z]{3,}", part.value))
    return found


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("crawler/summary.py", ("summarise", "_field", "short", "cell_told", "fact_told", "_paragraphs")),
        ("crawler/listings.py", ("told", "_named")),
        ("crawler/compare.py", ("created", "_article_change", "_listing_change")),
        ("crawler/foreign.py", ("foreign_matter", "_told")),
        ("crawler/moved.py", ("elsewhere", "led_to")),
        ("crawler/template.py", ("templated",)),
        ("crawler/attached.py", ("_missing", "_received", "_called", "_became", "_size")),
        ("crawler/judge.py", ("_changes", "_redirected", "_notes")),
        ("crawler/absence.py", ("missing",)),
    ],
)
def test_summaries_have_no_word_that_is_not_in_the_catalogue(path, names):
    """A new phrase of the judge is seen here, whatever it is about."""
    known = {word for message in ZH.words for word in re.findall("[a-z]{3,}", message)}
    # Keys of evidence, fields and hunks.
    keys = {
        "figure",
        "figures",
        "cells",
        "cell",
        "delete",
        "insert",
        "move",
        "url",
        "sha",
        "utf",
        "surrogatepass",
        "content",
        "type",
    }
    assert literals(path, *names) - known - keys == set()


# ---- details ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("detail", "chinese"),
    [
        ("the server answered 503", "服务器返回 503"),
        ("timeout: not finished within 30 s", "超时：30 秒内没有完成"),
        ("tls: certificate has expired", "无法建立安全连接：certificate has expired"),
        ("not the page: 您的访问被拦截", "不是该页面：您的访问被拦截"),
        ("not the page: the server answered 404", "不是该页面：the server answered 404"),
        ("nothing to read: refreshes to /index.html", "没有可读内容：自动刷新到 /index.html"),
        ("not HTML: the body is PDF, served as text/html", "不是 HTML：内容为 PDF，声明为 text/html"),
        ("the server answered 404; moved to https://a.example/x", "服务器返回 404；移至 https://a.example/x"),
        (
            "unknown charset 'x; read as' in the meta; read as gb18030; 3 characters could not be decoded as gb18030",
            "meta 中的字符集 'x; read as' 无法识别，按 gb18030 读取；3 个字符无法按 gb18030 解码",
        ),
        (
            "robots_unreachable: robots.txt cannot be had (status 503), so nothing is fetched until it can",
            "取不到 robots.txt：取不到 robots.txt（状态 503），在取到之前不抓取任何内容",
        ),
        (
            "no article links found: a listing in which no article links were found; nor in the feed it names, "
            "https://a.example/f: dns: the name does not resolve: Name or service not known",
            "没有找到文章链接：列表页中没有找到文章链接；它所指的订阅源 https://a.example/f 中也没有："
            "域名无法解析：域名无法解析：Name or service not known",
        ),
        ("a sitemap of 3 pages; longer than 50 MB, the rest was not read", "站点地图，3 个页面；超过 50 MB，其余未读"),
        ("HTTP 503", "HTTP 503"),
        ("什么也没有", "什么也没有"),
    ],
)
def test_a_detail_is_retold(detail, chinese):
    """What others said of it stays as they said it."""
    assert reason_retold(detail, ZH) == chinese
    assert reason_retold(detail, EN) == detail


@given(st.text(max_size=60))
def test_what_is_quoted_in_a_detail_stays(text):
    """To the character."""
    assert reason_retold(f"the address now leads to {text}", ZH) == f"网址现在跳转到 {text}"
    assert reason_retold(f"not HTML: served as {text}", ZH) == f"不是 HTML：声明为 {text}"
    for reason in FailureReason:
        assert reason_retold(f"{reason}: {text}", ZH).endswith(reason_retold(text, ZH))


def test_a_hostile_detail_takes_no_time():
    """Nor does one of more words than any reason has."""
    for text in ("; " * 700, "(redirected to " * 90, "a: " * 400, "x" * 100_000):
        assert reason_retold(text, ZH) == text


# ---- evidence --------------------------------------------------------------------------------------------------------


def test_reasons_of_detectors_are_known():
    """All that the tables of clues and offers give."""
    tables = [table for table in vars(clues).values() if isinstance(table, tuple)]
    reasons = {one.reason for table in tables for one in table if hasattr(one, "reason")}
    assert len(reasons) > 10
    assert not [reason for reason in reasons if evidence_said("reason", reason, ZH) == reason]
    frame = {name: "市政府" for name, _ in offers.FRAME}
    assert set(evidence_said("frame", frame, ZH)) == {evidence_name(name, ZH) for name in frame}
    assert not [name for name in frame if evidence_name(name, ZH) == name]


def test_names_of_evidence_are_known():
    """Every name that a detector writes."""
    names: set[str] = set()
    for path in (ROOT / "crawler/detect").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            given = [word.value for word in getattr(node, "keywords", []) if word.arg == "evidence"]
            for value in given:
                if isinstance(value, ast.Dict):
                    names.update(key.value for key in value.keys if isinstance(key, ast.Constant))
    assert len(names) > 40
    assert not {name for name in names if evidence_name(name, ZH) == name}


@pytest.mark.parametrize("path", ["redirect", "layout", "deletion", "noise", "loss", "misread", "punctuation"])
def test_words_of_evidence_are_known(path):
    """Every text of several words in a detector that stands under one of its names."""
    tree = ast.parse((ROOT / f"crawler/detect/{path}.py").read_text("utf-8"))
    docs = {
        ast.get_docstring(node, clean=False)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.Module)
    }
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    said = {text for text in texts - docs if re.fullmatch(r"an? [a-z' ]+|the [a-z ,]+|[a-z]+(?: [a-z]+){2,}", text)}
    keys = ("reason", "what", "how", "missing", "is", "lost")
    assert not [text for text in said if all(evidence_said(key, text, ZH) == text for key in keys)]


def test_what_was_found_is_shown_as_it_stood():
    """Our words under a name of the page's are the page's."""
    assert evidence_said("quote", "meta refresh", ZH) == "meta refresh"
    assert evidence_said("how", "meta refresh", ZH) == "meta 刷新跳转"
    assert evidence_said("how", "meta refresh", EN) == "meta refresh"
    assert evidence_name("another", ZH) == "another"
    assert label("spam_block", "finding") == "spam block"
