"""The benchmark runs anywhere, without peers and without the measuring data, and its rulers measure what they say."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from bench import (
    backfill,
    detect_speed,
    extract,
    fetch,
    fetch_pages,
    fetch_table,
    judge,
    machines,
    peer_env,
    queue,
    soak,
    table,
)
from bench.fetch_trackers import TRACKERS
from bench.pages import GBK, GOVERNMENT, SETS, Labelled, demo_pages
from bench.pagetext import text_of
from bench.peer_env import LOCK, entries
from bench.peers import BY_NAME, Peer
from crawler.detect import DETECTORS
from jobs.told import Told

ROOT = Path(__file__).parents[2]


def bench(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench", *words], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False
    )


def quiet(line: str) -> None:
    """No progress."""


def test_the_list_names_every_extractor() -> None:
    ran = bench("--list")
    assert ran.returncode == 0, ran.stderr
    assert [line.split("  ")[0] for line in ran.stdout.splitlines()] == list(BY_NAME)


def test_its_quickest_form_prints_every_column_on_the_projects_own_pages() -> None:
    ran = bench("--demo", "--quick", "--only", "palimpsest", "--only", "bare Lexbor")
    assert ran.returncode == 0, ran.stderr
    heading, _, ours, floor, *_ = ran.stdout.splitlines()
    for column in table.columns():
        assert column in heading
    assert ours.startswith("palimpsest")
    assert floor.startswith("bare Lexbor")
    assert "of the speed of bare Lexbor parsing" in ran.stdout
    assert "bundled demo site" in ran.stdout, "scores on the demo pages must not pass for a measurement"


def test_the_quickest_measurement_of_the_blobs_holds_them_beside_each_other() -> None:
    ran = bench("blobs", "--quick", "--json")
    assert ran.returncode == 0, ran.stderr
    for one in json.loads(ran.stdout)["series"]:
        took = {row["way"]: row["bytes"] for row in one["ways"]}
        assert 0 < took["palimpsest, database"] < took["zstd alone"] / 4
        assert 0 < took["palimpsest, folder"] < took["zstd alone"] / 4


def test_json_has_the_same_numbers() -> None:
    ran = bench("--demo", "--quick", "--json", "--only", "palimpsest")
    report = json.loads(ran.stdout)
    (ours,) = report["rows"]
    assert report["pages"] == dict(Counter(page.set for page in demo_pages()))
    assert ours["cpu"] > 0
    assert ours["sets"][GOVERNMENT]["f1"] > 0.95
    assert ours["sets"][GBK]["f1"] > 0.95
    assert set(ours["fields"]) == {"title", "date", "issuer"}


@pytest.mark.parametrize("home", ["peers", "node"])
def test_a_peer_that_is_not_installed_is_skipped_aloud(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, home: str
) -> None:
    monkeypatch.setattr(peer_env, "PYTHON", tmp_path / "python")
    monkeypatch.setattr(peer_env, "NODE_HOME", tmp_path)
    absent = Peer(name="absent", distribution="absent", load=None, home=home)
    pages = demo_pages()[:2]
    rows, skipped = extract.benchmark(pages, peers=[absent, BY_NAME["bare Lexbor"]], repetitions=1, say=quiet)
    assert [row.name for row in rows] == ["bare Lexbor"]
    assert skipped["absent"]
    result = table.Result(rows=rows, skipped=skipped, counts={GOVERNMENT: 2}, notes=[], repetitions=1)
    assert f"skipped absent: {skipped['absent']}" in table.text(result)


def test_an_extractor_that_reads_nothing_scores_nothing() -> None:
    """The ruler must be able to say no."""
    pages = demo_pages()
    nothing = extract.Run(version="", python="", cpu=1.0, readings=tuple({} for _ in pages), raised=Counter())
    score = extract.set_scores(pages, extract.matches(pages, nothing))[GOVERNMENT]
    assert (score.f1, score.worst, score.empty) == (0.0, 0.0, score.n)
    assert extract.field_scores(pages, nothing, ("title", "date")) == {"title": 0.0, "date": 0.0}


def test_pages_in_gbk_are_fed_as_the_bytes_that_were_served() -> None:
    fed: list[Labelled] = [page for page in demo_pages() if page.set == GBK]
    assert fed
    for page in fed:
        assert page.raw is not None
        assert page.raw.decode("gb18030") == page.text
    assert {page.set for page in demo_pages()} <= set(SETS)


@pytest.mark.parametrize(
    ("shown", "named"),
    [
        ("2021-06-15", "2021-06-15"),
        ("2021年6月5日 09:30", "2021-06-05"),
        ("2021/12/13T20:13", "2021-12-13"),
        ("20220506", "2022-05-06"),
        ("yesterday", None),
        (None, None),
    ],
)
def test_days_are_compared_whatever_their_notation(shown: str | None, named: str | None) -> None:
    assert extract.day(shown) == named


def test_html_bodies_lose_their_tags_and_nothing_else() -> None:
    html = "<div><h2>Head</h2><p>A <b>bo</b>ld &amp; plain<br>line</p><script>no</script></div>"
    assert [line for line in text_of(html).split("\n") if line] == ["Head", "A bold & plain", "line"]


def test_every_locked_peer_is_pinned_and_hashed() -> None:
    """The peers are other people's code: only what was looked at is installed."""
    locked = entries(LOCK.read_text("utf-8"))
    assert {"trafilatura", "readability-lxml", "magic-html", "gne", "resiliparse", "urlwatch", "webchanges"} <= {
        entry.split("==")[0] for entry in locked
    }
    for entry in locked:
        assert "==" in entry
        assert "--hash=sha256:" in entry
        assert "://" not in entry


def test_every_detector_is_timed_and_so_are_all_together() -> None:
    ran = bench("detect", "--demo", "--quick", "--json")
    assert ran.returncode == 0, ran.stderr
    rows = {row["name"]: row["microseconds"] for row in json.loads(ran.stdout)["speeds"]}
    names = {detector.__module__.rpartition(".")[2] for detector in DETECTORS}
    assert set(rows) == {detect_speed.TOGETHER, detect_speed.OTHERS, *names}
    assert all(set(row) == set(detect_speed.MEASURES) for row in rows.values())


def test_a_visit_is_timed_on_articles_of_its_own() -> None:
    """An edited article, the same article, and two diffs; none of it for nothing."""
    ran = bench("judge", "--quick", "--json")
    assert ran.returncode == 0, ran.stderr
    rows = {row["name"]: row for row in json.loads(ran.stdout)}
    assert {name for name, row in rows.items() if row["ceiling"]} == set(judge.CEILINGS)
    assert all(row["milliseconds"] > 0 for row in rows.values())


def test_ceilings_are_set_for_rows_and_measures_that_there_are() -> None:
    pages = demo_pages()[:1]
    rows = {row.name for row in detect_speed.speeds(pages, repetitions=1)}
    for name, limits in detect_speed.ceilings().items():
        assert name in rows
        assert set(limits) <= set(detect_speed.MEASURES)


def test_fetching_is_measured_over_its_own_site() -> None:
    """Every page is asked for in every pass, and those that stayed as they were are answered 304."""
    ran = bench("fetch", "--quick", "--pages", "20", "--only", "palimpsest", "--json")
    assert ran.returncode == 0, ran.stderr
    report = json.loads(ran.stdout)
    assert not report["skipped"]
    passes = {row["kind"]: row["took"] for row in report["rows"] if row["name"] == "palimpsest"}
    assert set(passes) == {*fetch.KINDS, *fetch.FETCHED.values()}
    assert all(one["cpu"] > 0 for took in passes.values() for one in took)
    assert [one["unchanged"] for kind in fetch.KINDS for one in passes[kind][:1]] == [0, 20, 0, 20]
    asked = {goal["what"] for goal in report["goals"]}
    assert {what.partition(",")[0] for what in asked} == {
        "peak MB",
        "answered 304",
        "CPU × bare httpx",
    }


def test_what_a_page_takes_is_told_without_the_start_of_its_pass() -> None:
    took = {fetch.NEW: (3.0, 1000), fetch.SHORT[fetch.NEW]: (1.0, 50)}
    rows = [
        fetch.Row(kind=kind, name=fetch.OURS, pages=pages, took=[fetch.Took(cpu=cpu)])
        for kind, (cpu, pages) in took.items()
    ]
    (goal,) = fetch_table.goals(rows, 1000)
    assert (goal.what, goal.measured) == ("pages/CPU s, all new, fetched to recorded", 475.0)
    assert goal.holds


def test_a_tracker_that_is_not_installed_is_skipped_aloud(tmp_path: Path) -> None:
    absent = replace(TRACKERS[0], name="absent", python=tmp_path / "python")
    rows, skipped = fetch.compare_trackers([absent], 3, 1, quiet)
    assert rows == []
    assert f"skipped absent: {skipped['absent']}" in fetch_table.text(rows, skipped, 3)


def test_a_tracker_that_leaves_pages_out_is_no_fast_tracker(tmp_path: Path) -> None:
    """A pass over nothing takes no time."""
    idle = tmp_path / "idle"
    idle.write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
    idle.chmod(0o755)
    rows, skipped = fetch.compare_trackers([replace(TRACKERS[0], name="idle", python=tmp_path / "python")], 3, 1, quiet)
    assert rows == []
    assert "0 of 3 pages" in skipped["idle"]


def test_an_edit_changes_a_sentence_and_a_figure_and_keeps_the_address() -> None:
    for piece in fetch_pages.pieces(40):
        edited = piece.edited()
        assert edited.page.path == piece.page.path
        assert 0.5 < SequenceMatcher(None, *("".join(one.page.paragraphs) for one in (piece, edited))).ratio() < 1
        assert edited.body() != piece.body()
        assert 8_000 < len(piece.body()) < 30_000
    assert piece.edited() == edited, "every run measures on the same pages"


def test_the_schedule_finds_changes_sooner_than_visiting_all_alike() -> None:
    """Floors for what docs/schedule.md says; the full size measures more."""
    ran = bench("schedule", "--quick", "--json")
    assert ran.returncode == 0, ran.stderr
    hours = json.loads(ran.stdout)
    mixed, night = hours["made up, mixed rates"], hours["made up, at night"]
    assert mixed["palimpsest"] < 1.1 * mixed["each rate known"] < 0.6 * mixed["uniform"]
    assert night["palimpsest"] < 0.85 * night["the same, of the source nothing learned"]
    if (real := hours.get("real pages, changes at any hour")) is None:
        pytest.skip("the days of change of real pages lie in ../shared/data, and that is not here")
    assert real["palimpsest"] < 0.82 * real["uniform"]
    assert real["palimpsest"] < min(real["Nutch"], real["Nutch without sync_delta"], real["StormCrawler"])


def test_a_large_store_is_asked_everything_that_is_asked_of_it() -> None:
    """On SQLite, and small: that it holds is for the full size to say."""
    ran = bench("store", "--quick", "--pages", "40", "--json")
    assert ran.returncode == 0, ran.stderr
    result = json.loads(ran.stdout)
    assert (result["database"], result["pages"]) == ("sqlite", 40)
    assert len(result["answers"]) > 10
    assert all(0 < answer["p50"] <= answer["p99"] <= answer["worst"] for answer in result["answers"])


def test_every_form_of_export_is_measured_and_read_back() -> None:
    ran = bench("export", "--quick", "--pages", "3", "--json")
    assert ran.returncode == 0, ran.stderr
    runs = json.loads(ran.stdout)["runs"]
    assert [(run["form"], run["versions"]) for run in runs] == [
        (form, 15) for form in ("jsonl", "warc", "csv", "parquet", "import")
    ]
    assert all(run["rate"] > 0 and run["size"] > 0 for run in runs)


def test_what_the_queue_bears_is_counted_in_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "QUICK_IDLE_HOSTS", (3,))
    monkeypatch.setattr(queue, "QUICK_RECORDED", ((2, 5),))
    runs = queue.benchmark(True, quiet)
    assert [(run.kind, run.hosts, run.pages) for run in runs] == [("nothing", 3, 150), ("recorded", 2, 10)]
    assert all(run.seconds > run.deferring > 0 for run in runs)
    assert sum(run.cpu_workers for run in runs) > 0
    assert [one["pages_per_second"] for one in json.loads(queue.report(runs, as_json=True))["runs"]] == [
        round(run.rate) for run in runs
    ]


def test_a_backfill_is_measured_on_captures_of_every_kind(tmp_path: Path) -> None:
    run = backfill.measured(tmp_path, 2, quiet)
    assert (run.captures, run.versions, run.changes) == (2 * backfill.EACH, 20, 20)
    assert run.cpu > 0
    assert run.peak > 20
    small = replace(run, peak=run.peak / 2)
    told = backfill.report([small, replace(run, cpu=0.001)], as_json=False)
    assert "captures a CPU second holds" in told
    assert "IS EXCEEDED" in told


def test_the_machines_hold_only_where_nothing_was_missed_doubled_or_crowded() -> None:
    good = machines.Told(at_one_host=1, shortest_gap=machines.DELAY, kills={"daemon": 1, "worker": 1}, repeated=2)
    assert good.holds
    for wrong in ({"missed": 1}, {"twice_recorded": 1}, {"at_one_host": 2}, {"shortest_gap": 0.0}, {"repeated": 3}):
        assert not replace(good, **wrong).holds


@pytest.mark.alone
def test_a_day_of_the_daemon_misses_nothing_and_visits_nothing_twice() -> None:
    ran = bench("soak", "--quick", "--json")
    told = json.loads(ran.stdout)
    *_, last = told["hours"]
    assert last["made"] == last["found"] > 0
    assert last["checks"] > 200
    assert last["twice"] == 0
    assert {"new", "changed", "unchanged", "failed", "gone"} <= told["outcomes"].keys()
    assert ran.returncode == 0, ran.stdout


def test_a_page_that_is_visited_before_its_time_is_seen_to_be() -> None:
    soaked, now = soak.Soaked(soak.QUICK), datetime(2026, 3, 1, tzinfo=UTC)
    later = (now + timedelta(hours=1)).isoformat()
    for minutes in (0, 59, 119):
        line = Told("a page", "check", page="https://a.gov.cn/", next_check=later, outcome="unchanged")
        soaked.hear(line, now + timedelta(minutes=minutes))
        later = (now + timedelta(hours=2)).isoformat()
    assert soaked.twice == 2


def test_the_quickest_flood_leaves_in_two_messages() -> None:
    ran = bench("notify", "--quick", "--json")
    assert ran.returncode == 0, ran.stderr
    runs = json.loads(ran.stdout)["runs"]
    assert runs[0]["database"] == "sqlite"
    assert {(run["items"], run["messages"]) for run in runs} == {(1_000, 2)}
