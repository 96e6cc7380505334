"""Every kind of finding through real visits: it opens when it first appears, persists, and resolves when it is gone."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from crawler.detect import KINDS
from crawler.model import INJECTION_KINDS
from jobs.demo.site.seeds import seed_text
from tests.crawler.detect.cases import GAMBLING, block, page
from tests.jobs.conftest import Desk
from tests.outside import Outside

PATH = "/art/2021/6/15/art_1_1.html"
GUEST = "<p>活动由市书画院主办，书画院会员张某某出席活动并致辞，现场群众反响热烈。</p>"
SHOP = "这双鞋子轻便透气，鞋底柔软，颜色有黑白红三种，穿上跑步不累脚，喜欢就赶快下单吧，包邮到家七天可退。"
FORGED = (
    "关于落实“新澳天天开好彩”开奖资料查询工作的通知",
    "特区政策〔2024〕第18号",
    "各有关单位：",
    "一、购彩者可在官方渠道查询“新澳天天开好彩”的开奖号码和正版资料大全。",
    "二、一肖一码期期必中，中奖者凭彩票兑奖。",
)


def lines(*texts: str) -> str:
    """Paragraphs of markup."""
    return "".join(f"<p>{text}</p>" for text in texts)


def pasted(stem: str, start: int, end: int) -> str:
    """A piece of a source document, as somebody pastes it into an article."""
    return lines(*filter(None, map(str.strip, seed_text(stem)[start:end].split("\n"))))


def titled(text: str) -> str:
    """A page of another text under another headline."""
    return (
        '<html><head><meta charset="utf-8"><title>轻便跑鞋怎么选</title></head><body><h1>轻便跑鞋怎么选</h1>'
        f'<div class="TRS_Editor">{lines(*[text] * 3)}</div></body></html>'
    )


def dated(shown: str) -> str:
    """A page whose meta tag says the fifteenth."""
    meta = '<meta name="PubDate" content="2021-06-15 08:00">'
    return page(head=meta).replace("</h1>", f'</h1><div class="info">发布时间：{shown} 08:00</div>')


@dataclass(frozen=True)
class Course:
    """The page with the damage, and without it."""

    damaged: str | bytes
    clean: str | bytes = page()


COURSES = {
    "spam_block": Course(page(after=f"<div>{block(GAMBLING, 10, '|')}</div>")),
    "hidden_link": Course(
        page(inside='<div style="display:none"><a href="http://x.example.top/">澳门百家乐开户</a></div>')
    ),
    "brand_hijack": Course(page(title="澳门新葡京娱乐场官网-真人百家乐开户送彩金")),
    "defaced": Course("<html><head><title>Hacked by X</title></head><body><h1>Hacked by X</h1></body></html>"),
    "redirect_or_cloak": Course(page(head='<meta http-equiv="refresh" content="0;url=http://evil.example.top/">')),
    "topic_swap": Course(titled(SHOP)),
    "fake_document": Course(page(inside=lines(*FORGED))),
    "forged_insertion": Course(page(inside=GUEST.replace("张某某", "、某联盟终身客座教授张某某")), page(inside=GUEST)),
    "pinyin_gloss": Course(page(inside=lines("建設(shè)讓人民群眾滿意的機(jī)關(guān)，關(guān)系發(fā)展。"))),
    "gbk_shift": Course(page(inside=lines("我们在精致城市建设中，把“威?!苯ㄔO(shè)成为全国的样板。"))),
    "mojibake": Course(
        page(inside=lines("国务院办公厅关于印发市场监管工作方案的通知".encode().decode("gb18030", "ignore")))
    ),
    "char_spin": Course(page(inside=lines("构建蕞好得营商环境，第壹时间服务企业。"))),
    "word_spin": Course(page(inside=lines("全面建设社会主义现代化China新征程已经开启。"))),
    "inline_noise": Course(page(inside=lines("市场\u200b监管\u200b部门\u200b开展\u200b专项\u200b检查。"))),
    "mechanical_traditional": Course(
        page().replace(
            page()[page().index("<p>") : page().index('</div><div class="footer')],
            pasted("suqian-press-conference", 700, 3000),
        )
    ),
    "script_mix": Course(page(inside=lines("这個计划的实施时間说明，请各机關认真讨论，设法实現。"))),
    "glyph_loss": Course(page(inside=lines("扎实推进“精致城市?幸福家园”的建设。"))),
    "number_damage": Course(page(inside=lines("截止2021611日，共办理三百件。"))),
    "word_deletion": Course(page(inside=lines("请下载“”APP查看，市市场党组高度重视。"))),
    "broken_paragraph": Course(page(inside=lines("实现了全市的安全形势平稳向好、", "营商环境不断优化的目标。"))),
    "duplicate_text": Course(page(inside=lines("认真梳理各各条线工作推进成效。"))),
    "encoding_conflict": Course(page().encode("gb18030")),
    "date_conflict": Course(dated("2021-06-05"), dated("2021-06-15")),
}


def visit(desk: Desk, outside: Outside, body: str | bytes, kind: str) -> list[tuple[str, str | None, str | None]]:
    """Serve a page, check it, and say what is known of a kind: (quote, opened, resolved) of each finding."""
    outside.page(PATH, body, content_type="text/html")
    answered = desk("check", outside.url(PATH))
    assert answered.status == 0, answered.err
    found = desk.json("findings", "--kind", kind)
    return sorted((one["quote"], one["opened_at"], one["resolved_at"]) for one in found)


def test_every_kind_has_a_course() -> None:
    assert set(COURSES) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_finding_opens_persists_and_resolves(kind: str, desk: Desk, outside: Outside) -> None:
    """Nothing before the damage; one opening that stays the same at the next visit; resolved once it is gone.

    What somebody else wrote makes its Changes `injected` and `cleaned`.
    """
    url = outside.url(PATH)
    desk.config.write_text(f'[[source]]\nname = "one"\nurl = "{url}"\nhost_delay = "0s"\n', encoding="utf-8")
    course = COURSES[kind]
    assert visit(desk, outside, course.clean, kind) == []
    opened = visit(desk, outside, course.damaged, kind)
    assert opened
    assert all(resolved is None for _, _, resolved in opened)
    assert visit(desk, outside, course.damaged, kind) == opened
    gone = visit(desk, outside, course.clean, kind)
    assert [one[:2] for one in gone] == [one[:2] for one in opened]
    assert all(resolved is not None for _, _, resolved in gone)
    assert desk.json("findings", "--open", "--kind", kind) == []
    if kind in INJECTION_KINDS:
        assert [one["kind"] for one in desk.json("changes")] == ["cleaned", "injected", "created"]
