"""WARC files of any make become the history that visits would have made; what is broken is named and passed over."""

from __future__ import annotations

import io
import os
import random
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest
import zstandard

from crawler.errors import StoreError
from store import open_store
from tests.jobs.conftest import Desk
from tests.jobs.site import PARAGRAPHS
from tests.jobs.test_backfill import Killed, kill
from tests.jobs.warcs import HOST, HTML, PAGE, Made, chunked, page, raw, warc, written, zipped

CONFIG = f"""
[[source]]
name = "press"
url = "{HOST}/zwgk/"
include = ["/zwgk/"]
"""
DEARER = (PARAGRAPHS[0], PARAGRAPHS[1].replace("30", "35"), PARAGRAPHS[2])
# Published, counted, edited, shortened.
LIFE = (
    Made(at="2021-06-15T08:00:00Z", body=page()),
    Made(at="2021-06-16T08:00:00.25Z", body=page(views=99)),
    Made(at="2021-06-17T08:00:00Z", body=page(*DEARER)),
    Made(at="2021-06-18T08:00:00Z", body=page(*DEARER[:2])),
)
TOLD = [("edited", "2..3"), ("edited", "1..2"), ("created", "0..1")]


@pytest.fixture
def desk(desk: Desk) -> Desk:
    desk.config.write_text(CONFIG, encoding="utf-8")
    return desk


def brought(desk: Desk, path: Path, *words: str, status: int = 0) -> dict[str, Any]:
    answered = desk("backfill", "press", "--from", f"warc:{path}", *words, "--json")
    assert answered.status == status, answered.err
    (line,) = answered.lines
    return dict(line)


def told(desk: Desk, url: str = PAGE) -> list[tuple[str, str]]:
    return [(one["kind"], one["change"]) for one in desk.json("changes", url)]


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_a_file_becomes_versions_at_its_own_times(desk: Desk, tmp_path: Path, name: str) -> None:
    result = brought(desk, warc(tmp_path / name, *LIFE))
    assert (result["recorded"], result["versions"], result["admitted"], result["failed"]) == (4, 3, 1, [])
    assert told(desk) == TOLD
    assert [one["at"] for one in desk.json("log", PAGE)] == [
        "2021-06-18T08:00:00Z",
        "2021-06-17T08:00:00Z",
        "2021-06-16T08:00:00.250000Z",
        "2021-06-15T08:00:00Z",
    ]


def test_a_folder_and_a_wacz_are_read_file_by_file(desk: Desk, tmp_path: Path) -> None:
    warc(tmp_path / "w" / "2021" / "b.warc.gz", LIFE[3])
    warc(tmp_path / "w" / "2021" / "a.warc", LIFE[2])
    with zipfile.ZipFile(tmp_path / "w" / "crawl.wacz", "w") as archive:
        archive.writestr("datapackage.json", "{}")
        archive.writestr("archive/data.warc.gz", b"".join(written(LIFE[:2])))
        archive.writestr("pages/pages.jsonl", "{}")
    assert brought(desk, tmp_path / "w")["recorded"] == 4
    assert told(desk) == TOLD


def test_again_it_brings_nothing(desk: Desk, tmp_path: Path) -> None:
    path = warc(tmp_path / "a.warc.gz", *LIFE)
    brought(desk, path)
    again = brought(desk, path)
    assert (again["recorded"], again["known"], again["versions"], again["changes"]) == (0, 4, 0, 0)
    assert told(desk) == TOLD


def test_a_dry_run_says_what_would_come_and_does_nothing(desk: Desk, tmp_path: Path) -> None:
    result = brought(desk, warc(tmp_path / "a.warc.gz", *LIFE), "--dry-run")
    assert (result["planned"], result["recorded"], desk.json("pages")) == (4, 0, [])


def test_the_limits_asked_for_hold(desk: Desk, tmp_path: Path) -> None:
    path = warc(tmp_path / "a.warc.gz", *LIFE)
    assert brought(desk, path, "--since", "2021-06-18")["recorded"] == 1
    assert brought(desk, path, "--until", "2021-06-16", "--limit", "9")["recorded"] == 1
    assert brought(desk, path, "--limit", "1")["known"] == 1
    assert brought(desk, path)["recorded"] == 2
    assert told(desk) == TOLD


GZIP = ("Content-Encoding", "gzip")
CHUNKED = ("Transfer-Encoding", "chunked")
CODED: dict[str, tuple[tuple[tuple[str, str], ...], Callable[[bytes], bytes]]] = {
    "chunked": ((CHUNKED,), chunked),
    "said to be chunked": ((CHUNKED,), lambda body: body),
    "gzip": ((GZIP,), zipped),
    "chunked gzip": ((CHUNKED, GZIP), lambda body: chunked(zipped(body), 50)),
    "said to be gzip": ((GZIP,), lambda body: body),
    "br": ((("Content-Encoding", "br"),), brotli.compress),
    "zstd": ((("Content-Encoding", "zstd"),), zstandard.compress),
}


@pytest.mark.parametrize("how", CODED)
def test_codings_are_undone_and_headers_kept(desk: Desk, tmp_path: Path, how: str) -> None:
    headers, code = CODED[how]
    http = (("Content-Type", HTML), ("X-Served-By", "one"), *headers)
    brought(desk, warc(tmp_path / "a.warc.gz", Made(at=LIFE[0].at, body=code(page()), http=http)))
    with open_store(desk.data) as store:
        snapshot = store.history.snapshot(PAGE, 1)
    assert snapshot.body == page()
    assert snapshot.header("x-served-by") == "one"


REFERS = (("WARC-Refers-To-Target-URI", PAGE), ("WARC-Refers-To-Date", LIFE[0].at))
IDENTICAL = ("WARC-Profile", "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest")
NOT_MODIFIED = ("WARC-Profile", "http://netpreserve.org/warc/1.1/revisit/server-not-modified")


def payload(made: Made) -> tuple[str, str]:
    (text,) = written([made], gzipped=False)
    line = next(line for line in text.split(b"\r\n") if line.startswith(b"WARC-Payload-Digest"))
    return ("WARC-Payload-Digest", line.split(b": ")[1].decode())


@pytest.mark.parametrize("gap", [False, True], ids=["in one run", "in two"])
@pytest.mark.parametrize(
    "headers",
    [
        (IDENTICAL, *REFERS, payload(LIFE[0])),
        (IDENTICAL, *REFERS),
        (IDENTICAL, payload(LIFE[0])),
        (NOT_MODIFIED, *REFERS),
        (NOT_MODIFIED,),
    ],
    ids=["all", "place", "digest", "304 with its place", "304"],
)
def test_what_is_the_same_again_is_a_capture_of_its_own_time(
    desk: Desk, tmp_path: Path, headers: tuple[tuple[str, str], ...], gap: bool
) -> None:
    status, http = ("304 Not Modified", ()) if headers[0] == NOT_MODIFIED else ("200 OK", (("Content-Type", HTML),))
    again = Made(at="2021-06-20T08:00:00Z", type="revisit", status=status, http=http, headers=headers)
    if gap:
        brought(desk, warc(tmp_path / "a.warc.gz", LIFE[0]))
        brought(desk, warc(tmp_path / "b.warc.gz", again))
    else:
        brought(desk, warc(tmp_path / "a.warc.gz", LIFE[0], again))
    log = desk.json("log", PAGE)
    assert [(one["at"], one["outcome"]) for one in log] == [(again.at, "unchanged"), (LIFE[0].at, "new")]


def test_what_refers_to_nothing_is_named(desk: Desk, tmp_path: Path) -> None:
    lost = Made(at="2021-06-20T08:00:00Z", type="revisit", headers=(IDENTICAL, *REFERS), http=())
    result = brought(desk, warc(tmp_path / "a.warc.gz", lost, LIFE[2]), status=1)
    assert result["recorded"] == 1
    (said,) = result["failed"]
    assert said == f"a.warc.gz at 0: {PAGE}: the same as a capture that is neither here nor kept"


def test_pictures_scripts_and_redirects_are_no_pages_and_no_deletions(desk: Desk, tmp_path: Path) -> None:
    def kind(name: str, content_type: str, body: bytes) -> Made:
        return Made(at=LIFE[0].at, url=f"{HOST}/zwgk/{name}", body=body, http=(("Content-Type", content_type),))

    moved = Made(at="2021-07-01T08:00:00Z", status="302 Found", http=(("Location", f"{HOST}/"),))
    others = (
        kind("a.png", "image/png", b"\x89PNG\r\n\x1a\n1"),
        kind("a.css", "text/css", b"p{}"),
        kind("a.js", "application/javascript", b"1"),
        kind("a.pdf", "text/html", b"%PDF-1.7 1"),
        moved,
    )
    result = brought(desk, warc(tmp_path / "a.warc.gz", *LIFE, *others, Made(at=LIFE[0].at, type="request", http=())))
    assert (result["other"], result["recorded"], result["admitted"]) == (5, 4, 1)
    assert told(desk) == TOLD
    assert desk.json("pages")[0]["state"] == "live"


def sent(at: str, url: str, to: str) -> Made:
    return Made(at=at, url=url, status="302 Found", http=(("Location", to),))


def test_a_redirect_is_followed_to_what_was_captured_of_its_target(desk: Desk, tmp_path: Path) -> None:
    """By way of another address, as a visit would have: the page moved. What came later is not what it led to."""
    by, new = f"{HOST}/go?1", f"{HOST}/zwgk/new/1.html"
    at = "2021-07-01T08:00:00Z"
    path = warc(
        tmp_path / "a.warc.gz",
        *LIFE,
        sent(at, PAGE, by),
        sent("2021-07-01T08:00:01Z", by, "/zwgk/new/1.html"),
        Made(at="2021-07-01T08:00:02Z", url=new, body=page(*DEARER[:2])),
        sent("2021-08-01T08:00:00Z", PAGE, new),
        Made(at="2021-08-01T09:00:00Z", url=new, body=page(*DEARER[:2])),
    )
    result = brought(desk, path)
    assert (result["recorded"], result["other"], result["failed"]) == (7, 1, [])
    (moved, *_) = desk.json("changes", PAGE)
    assert (moved["kind"], moved["at"]) == ("moved", at)
    assert new in moved["summary"]


def test_a_redirect_to_the_home_page_is_a_removal_once_confirmed(desk: Desk, tmp_path: Path) -> None:
    home = [
        made
        for day in (1, 2)
        for made in (
            sent(f"2021-07-0{day}T08:00:00Z", PAGE, "/"),
            Made(at=f"2021-07-0{day}T08:00:01Z", url=f"{HOST}/", body=page("首页", title="首页")),
        )
    ]
    brought(desk, warc(tmp_path / "a.warc.gz", *LIFE, *home))
    assert told(desk) == [("removed", "3..3"), *TOLD]


def test_a_redirect_from_http_says_nothing(desk: Desk, tmp_path: Path) -> None:
    by_http = sent("2021-06-17T07:59:59Z", PAGE.replace("https", "http"), PAGE)
    result = brought(desk, warc(tmp_path / "a.warc.gz", *LIFE[:2], by_http, *LIFE[2:]))
    assert (result["recorded"], result["other"]) == (4, 1)
    assert told(desk) == TOLD


def test_a_resource_is_a_capture_and_404s_are_a_removal(desk: Desk, tmp_path: Path) -> None:
    lost = [Made(at=f"2021-07-0{day}T08:00:00Z", status="404 Not Found", body=b"<p>404</p>") for day in (1, 2)]
    brought(desk, warc(tmp_path / "a.warc.gz", Made(at=LIFE[0].at, type="resource", body=page()), *lost))
    assert told(desk) == [("removed", "1..1"), ("created", "0..1")]


def test_each_address_goes_to_the_source_whose_it_is(desk: Desk, tmp_path: Path) -> None:
    more = f'[[source]]\nname = "notices"\nurl = "{HOST}/tzgg/"\ninclude = ["/tzgg/"]\n'
    desk.config.write_text(CONFIG + more, encoding="utf-8")
    at = LIFE[0].at
    notice = Made(at=at, url=f"{HOST}/tzgg/1.html", body=page())
    by_http = Made(at="2021-06-19T08:00:00Z", url=PAGE.replace("https", "http"), body=page(*DEARER[:2]))
    away = Made(at=at, url="https://elsewhere.example/zwgk/1.html", body=page())
    path = warc(tmp_path / "a.warc.gz", *LIFE, notice, by_http, away)
    result = brought(desk, path)
    assert (result["recorded"], result["elsewhere"]) == (5, 2)
    (both,) = desk.json("backfill", "--from", f"warc:{path}")
    assert (both["recorded"], both["known"], both["elsewhere"]) == (1, 5, 1)
    assert {(one["url"], one["source"]) for one in desk.json("pages")} == {(PAGE, "press"), (notice.url, "notices")}


def test_nobody_is_told_unless_asked(desk: Desk, tmp_path: Path) -> None:
    """What the new history brought waits to be told then, each once; what was told already is not told again."""
    path = warc(tmp_path / "a.warc.gz", LIFE[0], LIFE[2])
    brought(desk, path)
    with open_store(desk.data) as store:
        assert store.outbox.waiting() == 0
    spam = "".join(f"<a href='http://bet{n}.example.top/'>澳门赌场注册送彩金</a>" for n in range(6))
    hidden = page(*DEARER).replace(
        b"</body>", f"<div style='position:absolute;left:-9999px'>{spam}</div></body>".encode()
    )
    injected = Made(at="2021-06-19T08:00:00Z", body=hidden)
    brought(desk, warc(tmp_path / "b.warc.gz", injected), "--notify")
    with open_store(desk.data) as store:
        waiting = store.outbox.undelivered()
        told_of = sorted((one.what, one.kind, one.at.isoformat()) for one in waiting)
    at = "2021-06-19T08:00:00+00:00"
    assert ("change", "injected", at) in told_of
    assert {what for what, _, _ in told_of} == {"change", "finding"}
    assert all(when == at for _, _, when in told_of), "of nothing that was known before"
    brought(desk, tmp_path / "b.warc.gz", "--notify")
    with open_store(desk.data) as store:
        assert store.outbox.waiting() == len(told_of)


# ---- what is broken ----------------------------------------------------------------------------------------------


def digest_of_another(gzipped: bool) -> bytes:
    (good,) = written([LIFE[1]], gzipped=False)
    bad = good.replace("浏览次数：99".encode(), "浏览次数：98".encode())
    assert bad != good
    return zipped(bad) if gzipped else bad


def nested(_: bool) -> bytes:
    return zipped(zipped(raw(LIFE[1].at, page(views=99))))


Break = Callable[[bool], bytes]
BROKEN: dict[str, tuple[Break, str]] = {
    "its digest": (digest_of_another, "its digest is of something else"),
    "garbage": (lambda _: b"\x00garbage\r\n" * 30, ""),
    "garbage with line ends": (lambda zip_: zipped(b"garbage\r\n\r\n") if zip_ else b"garbage\r\n\r\n", "no record"),
    "too short a length": (
        lambda zip_: (zipped if zip_ else bytes)(raw(LIFE[1].at, page(views=99), length=200)),
        "Content-Length is wrong",
    ),
    "too long a length": (
        lambda zip_: (zipped if zip_ else bytes)(raw(LIFE[1].at, page(views=99), length=2_000)),
        "",
    ),
    "a length that is none": (
        lambda zip_: (zipped if zip_ else bytes)(raw(LIFE[1].at, b"").replace(b"Length: ", b"Length: -")),
        "how long it is",
    ),
    "a line without an end": (
        lambda zip_: (zipped if zip_ else bytes)(b"WARC/1.0\r\nX: " + b"a" * 2_000_000 + b"\r\n\r\n"),
        "headers",
    ),
    "no time": (
        lambda zip_: (zipped if zip_ else bytes)(raw("yesterday", page())),
        "no time",
    ),
    "no status": (
        lambda zip_: (zipped if zip_ else bytes)(raw(LIFE[1].at, page()).replace(b"HTTP/1.1 200 OK", b"HTTP/1.1 abc")),
        "no HTTP status",
    ),
}


@pytest.mark.parametrize("gzipped", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_named_with_its_place_and_the_rest_goes_in(
    desk: Desk, tmp_path: Path, what: str, gzipped: bool
) -> None:
    made, said = BROKEN[what]
    before, *after = written([LIFE[0], LIFE[2], LIFE[3]], gzipped=gzipped)
    path = tmp_path / ("a.warc.gz" if gzipped else "a.warc")
    path.write_bytes(before + made(gzipped) + b"".join(after))
    result = brought(desk, path, status=1)
    assert result["failures"] == 1, result["failed"]
    assert result["failed"][0].startswith(f"{path.name} at {len(before)}")
    assert said in result["failed"][0]
    assert result["recorded"] == 3
    assert told(desk) == TOLD


def test_nested_gzip_is_named(desk: Desk, tmp_path: Path) -> None:
    first, last = written([LIFE[0], LIFE[2]])
    (tmp_path / "a.warc.gz").write_bytes(first + nested(True) + last)
    assert brought(desk, tmp_path / "a.warc.gz", status=1)["recorded"] == 2


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_a_file_that_breaks_off_anywhere_brings_what_is_before(desk: Desk, tmp_path: Path, name: str) -> None:
    path = warc(tmp_path / name, *LIFE)
    data = path.read_bytes()
    path.write_bytes(data[:-150])
    result = brought(desk, path, status=1)
    assert (result["recorded"], result["failures"]) == (3, 1)
    path.write_bytes(data)
    assert brought(desk, path)["recorded"] == 1
    assert told(desk) == TOLD


def test_one_gzip_member_of_many_records_is_read(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "a.warc.gz").write_bytes(zipped(b"".join(written(LIFE, gzipped=False))))
    assert brought(desk, tmp_path / "a.warc.gz")["recorded"] == 4


def test_a_bomb_is_named_and_takes_no_memory(desk: Desk, tmp_path: Path) -> None:
    coder = zstandard.ZstdCompressor(level=19)
    bomb = Made(
        at=LIFE[1].at,
        body=coder.compress(bytes(200 * 1024 * 1024)),
        http=(("Content-Type", HTML), ("Content-Encoding", "zstd")),
    )
    result = brought(desk, warc(tmp_path / "a.warc.gz", LIFE[0], bomb, *LIFE[2:]), status=1)
    assert (result["recorded"], result["failures"]) == (3, 1)
    assert "bomb" in result["failed"][0]


def test_a_zip_bomb_is_not_opened(desk: Desk, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.wacz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/a.warc", bytes(50_000_000))
        archive.writestr("archive/b.warc.gz", b"".join(written(LIFE)))
    result = brought(desk, tmp_path / "a.wacz", status=1)
    assert (result["recorded"], result["failures"]) == (4, 1)
    assert "ZIP bomb" in result["failed"][0]


def test_what_else_lies_in_a_folder_is_named(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "w"
    warc(folder / "good.warc.gz", *LIFE)
    (folder / "empty.warc.gz").write_bytes(b"")
    (folder / "notes.txt").write_text("ours", encoding="utf-8")
    (folder / "bad.wacz").write_bytes(b"PK\x03\x04 and no more")
    result = brought(desk, folder, status=1)
    assert result["recorded"] == 4
    assert {said.partition(":")[0] for said in result["failed"]} == {"empty.warc.gz", "notes.txt", "bad.wacz"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_named(desk: Desk, tmp_path: Path) -> None:
    warc(tmp_path / "w" / "a.warc.gz", LIFE[0]).chmod(0)
    warc(tmp_path / "w" / "b.warc.gz", *LIFE[1:])
    assert brought(desk, tmp_path / "w", status=1)["recorded"] == 3


def test_a_path_that_is_not_there_is_wrong_use(desk: Desk, tmp_path: Path) -> None:
    answered = desk("backfill", "press", "--from", f"warc:{tmp_path / 'none'}")
    assert answered.status == 2
    assert "no such file or folder" in answered.err


@pytest.mark.parametrize("gzipped", [False, True], ids=["plain", "gzip"])
def test_whatever_bytes_are_hit_nothing_else_is_lost(desk: Desk, tmp_path: Path, gzipped: bool) -> None:
    """Bytes of one record changed at random: the others come in, and it ends."""
    parts = written(LIFE, gzipped=gzipped)
    chance = random.Random(5)
    for turn in range(12):
        hit = bytearray(parts[1])
        for _ in range(chance.randint(1, 9)):
            hit[chance.randrange(len(hit))] = chance.randrange(256)
        path = tmp_path / f"{turn}.warc"
        path.write_bytes(parts[0] + bytes(hit) + parts[2] + parts[3])
        answered = desk("--data", str(tmp_path / "fuzz" / str(turn)), "backfill", "press", "--from", f"warc:{path}")
        assert answered.status in (0, 1), answered.err
        listed = desk("--data", str(tmp_path / "fuzz" / str(turn)), "changes", PAGE, "--json").lines
        assert [(one["kind"], one["change"]) for one in listed] == TOLD, answered.err


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_time_at_which_nobody_captured_anything_is_named(desk: Desk, tmp_path: Path, at: str) -> None:
    result = brought(desk, warc(tmp_path / "a.warc.gz", *LIFE, Made(at=at, body=page())), status=1)
    assert (result["recorded"], result["failures"]) == (4, 1)
    assert "nobody captured it at" in result["failed"][0]
    assert told(desk) == TOLD


@pytest.mark.alone
def test_ctrl_c_ends_it_and_it_goes_on(desk: Desk, tmp_path: Path) -> None:
    """What was kept stays, nothing comes twice, and the end is that of a run that nobody stopped."""
    urls = [f"{HOST}/zwgk/t{number}.html" for number in range(60)]
    made = [
        Made(at=f"2021-06-{day:02d}T08:00:00Z", url=url, body=page(views=day)) for day in range(1, 29) for url in urls
    ]
    path = warc(tmp_path / "a.warc.gz", *made)
    words = ["--data", str(desk.data), "--config", str(desk.config), "backfill", "press", "--from", f"warc:{path}"]
    command = [sys.executable, "-c", "from jobs.start import main; main()", *words]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], stderr=subprocess.PIPE, text=True) as child:
        deadline = time.monotonic() + 60
        while not kept(desk) and time.monotonic() < deadline and child.poll() is None:
            time.sleep(0.02)
        child.send_signal(signal.SIGINT)
        _, said = child.communicate(timeout=60)
    assert child.returncode == 130, said
    assert "interrupted" in said
    before = kept(desk)
    assert 0 < before < len(made)
    result = brought(desk, path)
    assert (result["recorded"], result["known"]) == (len(made) - before, before)
    assert {(one["checks"], one["versions"]) for one in desk.json("pages")} == {(28, 1)}


def test_what_was_named_before_it_was_killed_is_counted_once(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And it still ends with 1: not all of it came in."""
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "a.warc").write_bytes(raw("yesterday", page()) + b"".join(written(LIFE, gzipped=False)))
    (tmp_path / "w" / "notes.txt").write_text("ours", encoding="utf-8")
    monkeypatch.setattr("jobs.backfill.keeper.settle", kill)
    with pytest.raises(Killed):
        desk("backfill", "press", "--from", f"warc:{tmp_path / 'w'}")
    monkeypatch.undo()
    result = brought(desk, tmp_path / "w", status=1)
    assert (result["recorded"], result["known"], result["failures"]) == (0, 4, 2)
    assert result["failed"] == ["2 more were named before it was stopped"]
    assert told(desk) == TOLD


def kept(desk: Desk) -> int:
    """How many captures there are by now."""
    if not (desk.data / "palimpsest.sqlite3").exists():
        return 0
    try:
        with open_store(desk.data) as store:
            return store.history.counts().checks
    except StoreError:
        return 0


def test_more_problems_than_can_be_named_are_counted(desk: Desk, tmp_path: Path) -> None:
    out = io.BytesIO()
    for _ in range(250):
        out.write(raw("yesterday", page()))
    (tmp_path / "a.warc").write_bytes(out.getvalue())
    result = brought(desk, tmp_path / "a.warc", status=1)
    assert result["failures"] == 250
    assert len(result["failed"]) == 101
