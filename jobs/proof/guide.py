"""The page in each evidence that says what it is and how to check it: README.txt, and the same as README.html."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template

from crawler.model.chain import utc
from store import Linked

# Between the English and the Chinese part of readme.txt.
_PARTS = "\n=====\n"
_STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:46em;margin:2em auto;padding:0 1em}"
    "pre{background:#8882;padding:.6em;white-space:pre-wrap;overflow-wrap:anywhere}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One Version that the evidence is about. `ours`: answered to us; otherwise a backfill brought it."""

    linked: Linked
    ours: bool
    rendered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """What the page has to say that is another in each evidence."""

    page: str
    numbers: tuple[int, int]
    sides: Sequence[Side]
    versions: int
    newest: str


def as_text(guide: Guide) -> bytes:
    """README.txt: English, then Chinese."""
    return "\n\n".join(_parts(guide)).encode("utf-8", "backslashreplace")


def as_html(guide: Guide) -> bytes:
    """README.html: the same, in one file that loads nothing and runs nothing."""
    english, chinese = _parts(guide)
    page = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(guide.page)} {guide.numbers[0]}..{guide.numbers[1]}</title>\n<style>{_STYLE}</style>\n"
        f"</head>\n<body>\n{_html(english)}\n"
        f'<div lang="zh">\n{_html(chinese)}\n</div>\n</body>\n</html>\n'
    )
    return page.encode("utf-8", "backslashreplace")


def _parts(guide: Guide) -> tuple[str, str]:
    template = files("jobs.proof").joinpath("readme.txt").read_text("utf-8")
    english, _, chinese = template.partition(_PARTS)
    return _filled(english, guide, _ENGLISH), _filled(chinese, guide, _CHINESE)


_ENGLISH = {
    "first": "version 0 means: before the page was first seen",
    "seen": "version {0}: first seen {1}, its response received {2}, {3}",
    "ours": "by this installation from the server itself",
    "theirs": "by others: a backfill brought it, and its time and its bytes are their word",
    "rendered": "its body is the page as its scripts left it in a browser, not the bytes of the server",
    "link": "link of version {0}: {1}",
}
_CHINESE = {
    "first": "版本 0 表示：首次见到该页面之前",
    "seen": "版本 {0}：首次见到于 {1}，响应收到于 {2}，{3}",
    "ours": "由本系统直接从服务器取得",
    "theirs": "由他人取得：经历史补录导入，其时间与字节以对方所述为准",
    "rendered": "正文字节为浏览器执行脚本之后的页面，并非服务器原始字节",
    "link": "版本 {0} 的链值：{1}",
}


def _filled(template: str, guide: Guide, words: dict[str, str]) -> str:
    lines = [_one_line(guide.page)]
    if 0 in guide.numbers:
        lines.append(words["first"])
    for side in guide.sides:
        one = side.linked.chained
        whose = words["ours" if side.ours else "theirs"]
        lines.append(words["seen"].format(one.version, utc(one.seen_at), utc(side.linked.shown.fetched_at), whose))
        if side.rendered:
            lines.append("  " + words["rendered"])
        lines.append(words["link"].format(one.version, side.linked.link))
    if guide.versions not in guide.numbers:
        lines.append(words["link"].format(guide.versions, guide.newest))
    return Template(template).substitute(
        facts="\n".join(f"    {line}" for line in lines),
        change=f"{guide.numbers[0]}..{guide.numbers[1]}",
        n=str(guide.sides[-1].linked.version),
        newest=guide.newest,
        url=_one_line(guide.page),
    )


def _one_line(text: str) -> str:
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


def _html(text: str) -> str:
    return "\n".join(_blocks(text))


def _blocks(text: str) -> Iterator[str]:
    """The paragraphs of the text: `# ` begins a heading, four spaces what is typed, `- ` each item of a list."""
    for block in filter(None, text.strip("\n").split("\n\n")):
        lines = block.strip("\n").split("\n")
        if lines[0].startswith("# "):
            yield f"<h2>{escape(lines[0][2:])}</h2>"
            lines = lines[1:]
        if lines and all(line.startswith("    ") for line in lines):
            yield f"<pre>{escape(chr(10).join(line[4:] for line in lines))}</pre>"
        elif lines and lines[0].startswith("- "):
            items = "\n".join(lines).removeprefix("- ").split("\n- ")
            yield "<ul>" + "".join(f"<li>{escape(' '.join(item.split()))}</li>" for item in items) + "</ul>"
        elif lines:
            yield f"<p>{escape(' '.join(lines))}</p>"
