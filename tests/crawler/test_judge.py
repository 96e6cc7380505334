"""What one visit decides, on real bytes: every outcome, every kind of change, and what is never content."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.extract import RULES
from crawler.judge import judge
from crawler.model import (
    ChangeKind,
    FailureReason,
    FetchFailed,
    FindingKind,
    Known,
    NotModified,
    OpenFinding,
    Outcome,
    Page,
    PageState,
    Rhythm,
    Snapshot,
    Source,
    Validators,
    Verdict,
    Version,
)

URL = "https://www.example.gov.cn/zwgk/202106/t20210615_1.html"
SOURCE = Source(name="example", url="https://www.example.gov.cn/zwgk/")
PAGE = Page(url=URL, source="example")
T0 = datetime(2026, 1, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
BODY = (
    "为进一步规范学校食堂食材采购管理工作，现就有关事项通知如下，请各单位认真遵照执行。",
    "一、各学校应当建立食材采购公示制度，每月向家长公开采购渠道、品种和价格，人均标准为 30 元。",
    "二、市场监管部门应当会同教育部门每季度开展一次检查，检查结果向社会公布。",
)
SOFT_404 = (
    "<html><head><meta charset='utf-8'></head><body><h1>提示信息</h1>"
    "<p>对不起，您访问的页面不存在或已被删除</p></body></html>"
)
JUNK = "| ".join(
    f'<a href="http://s{n}.example.top/">{word}</a>'
    for n, word in enumerate(
        ["澳门新葡京娱乐场", "真人百家乐", "时时彩计划", "亚洲精品无码", "国产免费视频", "成人在线观看"]
    )
)


def html(
    paragraphs: tuple[str, ...] = BODY, *, tail: str = "", counter: int = 7, title: str = "关于食材采购的通知"
) -> str:
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{title}_示例市人民政府</title></head><body>"
        "<div class='nav'><a href='/'>首页</a><a href='/zwgk/'>政务公开</a></div>"
        f"<h1>{title}</h1><div class='info'>发布时间：2021-06-15 来源：市教育局 浏览次数：{counter}</div>"
        f"<div class='TRS_Editor'>{body}</div><div class='footer'>主办：示例市人民政府 访问量 {counter}</div>{tail}"
        "</body></html>"
    )


def snapshot(text: str | bytes, *, status: int = 200, at: datetime = T0, final: str | None = None) -> Snapshot:
    return Snapshot(
        url=URL,
        final_url=final or URL,
        status=status,
        headers=(("Content-Type", "text/html; charset=utf-8"), ("ETag", '"1"')),
        body=text.encode() if isinstance(text, str) else text,
        fetched_at=at,
        redirects=(URL,) if final else (),
    )


def after(known: Known, verdict: Verdict) -> Known:
    """What is known once a verdict is recorded: the store's work, done by hand for one page."""
    number = known.latest.number if known.latest else 0
    latest = known.latest
    if verdict.version and verdict.snapshot:
        latest = Version(
            number=number + 1,
            seen_at=verdict.at,
            article=verdict.version.article,
            snapshot_digest=verdict.snapshot.digest,
            rules=verdict.version.rules,
        )
    findings = known.open_findings
    if verdict.findings is not None:
        findings = tuple(OpenFinding(finding=one, version=number, opened_at=verdict.at) for one in verdict.findings)
    return replace(
        known,
        state=verdict.state,
        latest=latest,
        validators=verdict.validators,
        open_findings=findings,
        failures=verdict.failures,
        missing_count=verdict.missing_count,
        missing_since=verdict.missing_since,
        last_checked=verdict.at,
        rate=verdict.rate,
    )


@pytest.fixture
def known() -> Known:
    """A page read once, without anything wrong."""
    fresh = Known(page=PAGE)
    return after(fresh, judge(SOURCE, fresh, snapshot(html()), T0))


def kinds(verdict: Verdict) -> list[ChangeKind]:
    return [change.kind for change in verdict.changes]


# ---- content -----------------------------------------------------------------------------------------------------


def test_the_first_content_is_new_and_makes_version_one() -> None:
    verdict = judge(SOURCE, Known(page=PAGE), snapshot(html()), T0)
    assert (verdict.outcome, verdict.state) == (Outcome.NEW, PageState.LIVE)
    assert [change.address for change in verdict.changes] == ["0..1"]
    assert kinds(verdict) == [ChangeKind.CREATED]
    assert verdict.version is not None
    assert verdict.version.article.paragraphs == BODY
    assert verdict.validators == Validators(etag='"1"')


def test_a_counter_is_no_change(known: Known) -> None:
    verdict = judge(SOURCE, known, snapshot(html(counter=90210)), T0 + HOUR)
    assert (verdict.outcome, verdict.changes, verdict.version) == (Outcome.UNCHANGED, (), None)


def test_the_same_text_in_another_encoding_is_no_change(known: Known) -> None:
    body = html().replace("charset='utf-8'", "charset='gb2312'").encode("gb18030")
    gbk = replace(snapshot(body), headers=(("Content-Type", "text/html; charset=gb2312"),))
    verdict = judge(SOURCE, known, gbk, T0 + HOUR)
    assert (verdict.outcome, verdict.changes) == (Outcome.UNCHANGED, ())


def test_an_edit_is_one_change_with_its_figure(known: Known) -> None:
    edited = (BODY[0], BODY[1].replace("30", "35"), BODY[2])
    verdict = judge(SOURCE, known, snapshot(html(edited)), T0 + HOUR)
    assert verdict.outcome is Outcome.CHANGED
    (change,) = verdict.changes
    assert (change.kind, change.address, change.minor) == (ChangeKind.EDITED, "1..2", False)
    assert "30→35" in change.summary


def test_not_modified_is_unchanged_and_keeps_the_validators(known: Known) -> None:
    verdict = judge(SOURCE, known, NotModified(url=URL, fetched_at=T0), T0 + HOUR)
    assert (verdict.outcome, verdict.findings) == (Outcome.UNCHANGED, None)
    assert verdict.validators == known.validators


def test_older_rules_re_read_the_old_snapshot_first(known: Known) -> None:
    """An upgrade of ours must not show as an edit of theirs: the old bytes, read anew, say the same."""
    assert known.latest is not None
    stale = replace(known.latest, rules="0", article=replace(known.latest.article, paragraphs=("an old misreading",)))
    upgraded = replace(known, latest=stale, latest_snapshot=snapshot(html()))
    verdict = judge(SOURCE, upgraded, snapshot(html(counter=8)), T0 + HOUR)
    assert (verdict.outcome, verdict.changes) == (Outcome.UNCHANGED, ())
    assert verdict.reread is not None
    assert (verdict.reread.rules, verdict.reread.article.paragraphs) == (RULES, BODY)


# ---- foreign matter ----------------------------------------------------------------------------------------------


def test_a_junk_block_is_injected_and_its_going_is_cleaned(known: Known) -> None:
    """The article did not change, so no Version; what changed is the page, and that is a Change with its kind."""
    injected = judge(SOURCE, known, snapshot(html(tail=f"<div>{JUNK}</div>")), T0 + HOUR)
    assert kinds(injected) == [ChangeKind.INJECTED]
    assert [change.address for change in injected.changes] == ["1..1"]
    assert FindingKind.SPAM_BLOCK in {finding.kind for finding in injected.findings or ()}
    infected = after(known, injected)
    still = judge(SOURCE, infected, snapshot(html(tail=f"<div>{JUNK}</div>", counter=9)), T0 + 2 * HOUR)
    assert (still.outcome, still.changes) == (Outcome.UNCHANGED, ())
    cleaned = judge(SOURCE, after(infected, still), snapshot(html()), T0 + 3 * HOUR)
    assert kinds(cleaned) == [ChangeKind.CLEANED]


# ---- gone and back -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "missing",
    [
        snapshot("<html><body>Not Found</body></html>", status=404),
        snapshot("gone", status=410),
        snapshot(SOFT_404),
    ],
    ids=["404", "410", "soft 404"],
)
def test_a_removal_is_told_once_when_confirmed(known: Known, missing: Snapshot) -> None:
    told: list[ChangeKind] = []
    outcomes: list[Outcome] = []
    for visit in range(SOURCE.gone_visits + 2):
        verdict = judge(SOURCE, known, missing, T0 + HOUR * visit)
        told += kinds(verdict)
        outcomes.append(verdict.outcome)
        if visit + 1 < SOURCE.gone_visits:
            assert (told, verdict.state) == ([], PageState.FAILING)
        known = after(known, verdict)
    assert told == [ChangeKind.REMOVED]
    assert set(outcomes) == {Outcome.GONE}
    assert known.state is PageState.GONE
    assert not known.validators, "a 304 must never be able to hide that a page came back"


def test_a_slip_of_one_visit_is_no_removal(known: Known) -> None:
    known = after(known, judge(SOURCE, known, snapshot("x", status=404), T0 + HOUR))
    back = judge(SOURCE, known, snapshot(html()), T0 + 2 * HOUR)
    assert (back.outcome, back.changes, back.state) == (Outcome.UNCHANGED, (), PageState.LIVE)
    assert back.missing_count == 0


def missing_at(source: Source, known: Known, *hours: float) -> list[list[ChangeKind]]:
    """What visits at these hours that do not find the page tell."""
    told = []
    for hour in hours:
        verdict = judge(source, known, snapshot("x", status=404), T0 + hour * HOUR)
        told.append(kinds(verdict))
        known = after(known, verdict)
    return told


def test_a_removal_is_confirmed_over_a_time_as_well(known: Known) -> None:
    patient = replace(SOURCE, gone_after=6 * HOUR)
    assert missing_at(patient, known, 0, 1, 3, 5.9) == [[], [], [], []]
    assert missing_at(patient, known, 0, 1, 6, 7) == [[], [], [ChangeKind.REMOVED], []]
    assert missing_at(patient, known, 0, 9) == [[], [ChangeKind.REMOVED]]


def test_a_removal_is_confirmed_by_as_many_visits_as_the_source_wants(known: Known) -> None:
    assert missing_at(replace(SOURCE, gone_visits=1), known, 0, 1) == [[ChangeKind.REMOVED], []]
    assert missing_at(replace(SOURCE, gone_visits=3), known, 0, 1, 2) == [[], [], [ChangeKind.REMOVED]]


def test_found_once_both_counts_start_anew_and_a_failure_counts_for_neither(known: Known) -> None:
    patient = replace(SOURCE, gone_after=6 * HOUR)
    lost = after(known, judge(patient, known, snapshot("x", status=404), T0))
    failed = after(lost, judge(patient, lost, snapshot("x", status=500), T0 + 7 * HOUR))
    assert (failed.missing_count, failed.missing_since) == (1, T0)
    found = after(failed, judge(patient, failed, snapshot(html()), T0 + 8 * HOUR))
    assert (found.missing_count, found.missing_since) == (0, None)
    assert missing_at(patient, found, 9, 10) == [[], []]


def test_the_visit_that_confirms_comes_when_the_time_is_over(known: Known) -> None:
    patient = replace(SOURCE, gone_after=6 * HOUR)
    now, visits = T0, 0
    while known.state is not PageState.GONE:
        verdict = judge(patient, known, snapshot("x", status=404), now)
        known, visits = after(known, verdict), visits + 1
        confirmed_at, now = now, verdict.next_check
    assert (confirmed_at, visits) == (T0 + 6 * HOUR, 6)


@pytest.mark.parametrize(("paragraphs", "address"), [(BODY, "1..1"), (BODY[:2], "1..2")])
def test_what_comes_back_is_restored_and_compared(known: Known, paragraphs: tuple[str, ...], address: str) -> None:
    for visit in range(SOURCE.gone_visits):
        known = after(known, judge(SOURCE, known, snapshot("x", status=404), T0 + HOUR * visit))
    back = judge(SOURCE, known, snapshot(html(paragraphs)), T0 + 9 * HOUR)
    assert [(change.kind, change.address) for change in back.changes] == [(ChangeKind.RESTORED, address)]
    assert back.state is PageState.LIVE


def test_a_page_that_never_had_content_is_not_removed() -> None:
    known = Known(page=PAGE)
    for visit in range(SOURCE.gone_visits + 1):
        verdict = judge(SOURCE, known, snapshot("x", status=404), T0 + HOUR * visit)
        assert (verdict.outcome, verdict.changes) == (Outcome.GONE, ())
        known = after(known, verdict)


# ---- never content -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [500, 502, 503, 301, 204, 418])
def test_other_statuses_fail_and_keep_what_is_held(known: Known, status: int) -> None:
    verdict = judge(SOURCE, known, snapshot("<html>Internal Server Error</html>", status=status), T0 + HOUR)
    assert (verdict.outcome, verdict.state, verdict.changes) == (Outcome.FAILED, PageState.FAILING, ())
    assert verdict.findings is None
    assert str(status) in verdict.detail


@pytest.mark.parametrize("status", [401, 403, 412, 429, 521])
def test_a_block_is_neither_content_nor_deletion(known: Known, status: int) -> None:
    verdict = judge(SOURCE, known, snapshot("<script>challenge()</script>", status=status), T0 + HOUR)
    assert (verdict.outcome, verdict.state, verdict.changes) == (Outcome.BLOCKED, PageState.BLOCKED, ())


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        (FailureReason.DNS, Outcome.FAILED),
        (FailureReason.TIMEOUT, Outcome.FAILED),
        (FailureReason.TOO_LARGE, Outcome.FAILED),
        (FailureReason.ROBOTS, Outcome.BLOCKED),
    ],
)
def test_a_failed_fetch_is_named_and_backs_off(known: Known, reason: FailureReason, outcome: Outcome) -> None:
    failed = FetchFailed(url=URL, fetched_at=T0, reason=reason, detail="why")
    waits = []
    for _ in range(3):
        verdict = judge(SOURCE, known, failed, T0)
        assert (verdict.outcome, verdict.changes) == (outcome, ())
        assert "why" in verdict.detail
        waits.append(verdict.next_check - T0)
        known = after(known, verdict)
    assert waits == [SOURCE.min_every, SOURCE.min_every * 2, SOURCE.min_every * 4]


@pytest.mark.parametrize("body", [b"", b"%PDF-1.4 ...", b"\x89PNG\r\n\x1a\n...."])
def test_a_body_that_is_no_page_fails_and_says_what_it_is(known: Known, body: bytes) -> None:
    verdict = judge(SOURCE, known, snapshot(body), T0 + HOUR)
    assert verdict.outcome is Outcome.FAILED
    assert verdict.detail.startswith(("empty body", "not HTML"))


def test_a_failure_of_a_gone_page_leaves_it_gone(known: Known) -> None:
    gone = replace(known, state=PageState.GONE)
    verdict = judge(SOURCE, gone, snapshot("x", status=500), T0)
    assert verdict.state is PageState.GONE


def test_a_blocked_page_that_is_then_missing_is_failing_until_that_is_confirmed(known: Known) -> None:
    known = after(known, judge(SOURCE, known, snapshot("x", status=403), T0))
    known = after(known, judge(SOURCE, known, snapshot("x", status=404), T0 + HOUR))
    assert known.state is PageState.FAILING
    assert judge(SOURCE, known, snapshot("x", status=404), T0 + 2 * HOUR).state is PageState.GONE


@pytest.mark.parametrize("state", [PageState.GONE, PageState.MOVED])
def test_a_gate_or_a_failure_leaves_what_is_gone_as_it_was(known: Known, state: PageState) -> None:
    gone = replace(known, state=state, missing_count=3, missing_since=T0)
    for answer in (snapshot("x", status=403), snapshot("x", status=502), snapshot("<title>安全验证</title>")):
        verdict = judge(SOURCE, gone, answer, T0 + HOUR)
        assert (verdict.state, verdict.changes) == (state, ())
        assert (verdict.missing_count, verdict.missing_since) == (3, T0)


# ---- a headline without its text ---------------------------------------------------------------------------------


def test_a_headline_whose_text_is_lost_is_a_failure_until_that_is_confirmed(known: Known) -> None:
    lost = judge(SOURCE, known, snapshot(html(())), T0 + HOUR)
    assert (lost.outcome, lost.state, lost.changes) == (Outcome.GONE, PageState.FAILING, ())
    known = after(known, lost)
    back = judge(SOURCE, known, snapshot(html()), T0 + 2 * HOUR)
    assert (back.outcome, back.state, back.changes) == (Outcome.UNCHANGED, PageState.LIVE, ())
    assert kinds(judge(SOURCE, known, snapshot(html(())), T0 + 2 * HOUR)) == [ChangeKind.REMOVED]


def test_labelled_lines_are_a_text_that_can_be_lost() -> None:
    """An event, a tender, an office's numbers: nothing in them is a sentence."""
    lines = tuple(
        f"{label}　　{number:02} 号会议室，请自带材料、证件和填好的表格"
        for number, label in enumerate(("地点", "时间", "联系人", "备注") * 2)
    )
    known = Known(page=PAGE)
    known = after(known, judge(SOURCE, known, snapshot(html(lines)), T0))
    lost = judge(SOURCE, known, snapshot(html(())), T0 + HOUR)
    assert (lost.outcome, lost.state, lost.changes) == (Outcome.GONE, PageState.FAILING, ())


def test_a_text_cut_to_a_word_on_it_is_an_edit(known: Known) -> None:
    for left in (("本通知自今日起废止，请勿再参照执行。",), BODY[:1]):
        assert kinds(judge(SOURCE, known, snapshot(html(left)), T0 + HOUR)) == [ChangeKind.EDITED]


def test_foreign_matter_in_place_of_a_text_is_told(known: Known) -> None:
    told = judge(SOURCE, known, snapshot(html((), tail=JUNK * 3)), T0 + HOUR)
    assert kinds(told) == [ChangeKind.INJECTED]


# ---- moved -------------------------------------------------------------------------------------------------------


def test_a_redirect_to_the_same_article_is_a_move_told_once(known: Known) -> None:
    target = "https://www.example.gov.cn/new/t1.html"
    verdict = judge(SOURCE, known, snapshot(html(counter=8), final=target), T0 + HOUR)
    assert (kinds(verdict), verdict.state, verdict.moved_to) == ([ChangeKind.MOVED], PageState.MOVED, target)
    again = judge(SOURCE, after(known, verdict), snapshot(html(counter=9), final=target), T0 + 2 * HOUR)
    assert (again.changes, again.state) == ((), PageState.MOVED)


def test_a_redirect_to_the_home_page_is_a_disappearance(known: Known) -> None:
    home = html(("欢迎访问示例市人民政府门户网站，这里提供政务公开和办事服务的各类信息。",) * 3, title="示例市人民政府")
    verdict = judge(SOURCE, known, snapshot(home, final="https://www.example.gov.cn/"), T0 + HOUR)
    assert (verdict.outcome, verdict.changes) == (Outcome.GONE, ())
    assert "https://www.example.gov.cn/" in verdict.detail


@pytest.mark.parametrize(
    "target",
    ["/", "/index.html", "/zwgk/", "/zwgk/index.shtml", "/zwgk/202106/", "/zwgk/list_1.htm", "/404.html"],
)
@pytest.mark.parametrize("body", ["", "<div id='app'></div>"], ids=["nothing", "shell"])
def test_a_front_page_that_cannot_be_read_says_all_the_same_that_the_page_is_gone(
    known: Known, target: str, body: str
) -> None:
    """Where the address leads is enough. A challenge there is still a block, as it is anywhere."""
    empty = f"<html><head><meta charset='utf-8'><title>示例市</title></head><body>{body}</body></html>"
    verdict = judge(SOURCE, known, snapshot(empty, final="https://www.example.gov.cn" + target), T0 + HOUR)
    assert (verdict.outcome, verdict.changes) == (Outcome.GONE, ())
    assert target in verdict.detail


def test_another_page_that_cannot_be_read_says_nothing(known: Known) -> None:
    verdict = judge(SOURCE, known, snapshot("<html></html>", final="https://www.example.gov.cn/new/t9.html"), T0 + HOUR)
    assert verdict.outcome is Outcome.FAILED


def test_a_link_that_leads_home_at_the_first_visit_is_no_new_page() -> None:
    home = html(("欢迎访问示例市人民政府门户网站，这里提供政务公开和办事服务的各类信息。",) * 3, title="示例市人民政府")
    verdict = judge(SOURCE, Known(page=PAGE), snapshot(home, final="https://www.example.gov.cn/"), T0)
    assert (verdict.outcome, verdict.version, verdict.changes) == (Outcome.GONE, None, ())


@pytest.mark.parametrize(("url", "final"), [("/zwgk/", "/zwgk/index.html"), ("/index.php", "/"), ("/a/", "/")])
def test_a_front_page_at_another_address_is_still_read(url: str, final: str) -> None:
    front = Page(url="https://www.example.gov.cn" + url, source="example")
    moved = replace(snapshot(html(), final="https://www.example.gov.cn" + final), url=front.url, redirects=(front.url,))
    assert judge(SOURCE, Known(page=front), moved, T0).outcome is Outcome.NEW


def test_a_redirect_to_the_same_address_in_other_dress_is_none(known: Known) -> None:
    """http to https, with or without www or a final slash: the same page."""
    verdict = judge(SOURCE, known, snapshot(html(), final=URL.replace("www.", "")), T0 + HOUR)
    assert (verdict.outcome, verdict.changes) == (Outcome.UNCHANGED, ())


def test_what_moved_is_not_lost_where_its_old_address_is_given_up(known: Known) -> None:
    target = "https://www.example.gov.cn/new/t1.html"
    known = after(known, judge(SOURCE, known, snapshot(html(), final=target), T0 + HOUR))
    for hour in (2, 3, 4):
        verdict = judge(SOURCE, known, snapshot("x", status=404), T0 + hour * HOUR)
        assert (verdict.outcome, verdict.state, verdict.changes) == (Outcome.GONE, PageState.MOVED, ())
        known = after(known, verdict)
    back = judge(SOURCE, known, snapshot(html()), T0 + 5 * HOUR)
    assert kinds(back) == [ChangeKind.RESTORED]


class TestNextVisit:
    """The schedule hears of a Page what the judge knows."""

    def test_a_new_article_is_visited_soon_and_an_old_one_found_today_is_not(self) -> None:
        """Both are read for the first time; a page that does not tell its day is new. So it is at the next visit."""
        waits = []
        for day in ("2026-01-01", "", "2021-06-15"):
            first = judge(SOURCE, Known(page=PAGE), snapshot(html().replace("2021-06-15", day)), T0)
            known = after(Known(page=PAGE), first)
            again = judge(SOURCE, known, NotModified(url=URL, fetched_at=T0 + HOUR), T0 + HOUR)
            waits.append((first.next_check - T0, again.next_check - again.at))
        assert max(waits[0] + waits[1]) < 8 * HOUR
        assert min(waits[2]) > 18 * HOUR

    def test_the_rhythm_of_the_source_decides(self) -> None:
        """Where pages change many times a day, one of which nothing is known yet is not left for a day."""
        known = Known(page=PAGE)
        busy = replace(known, rhythm=Rhythm(changes=1, days=0.25))
        patient, hasty = (judge(SOURCE, one, snapshot(html()), T0).next_check for one in (known, busy))
        assert hasty - T0 < (patient - T0) / 4
