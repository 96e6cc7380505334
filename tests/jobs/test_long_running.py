"""`run`, `worker` and `serve` as processes: they work, they answer, and they stop when they are told to."""

from __future__ import annotations

import signal
import time
import urllib.error
import urllib.parse

import pytest

from tests.jobs.conftest import Desk
from tests.jobs.running import PATIENCE, address, get, running, stop, wait_for
from tests.jobs.site import PARAGRAPHS, Town, configuration
from tests.outside import Outside, Wire


@pytest.mark.parametrize(("how", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_the_daemon_visits_what_is_due_and_stops_cleanly(
    desk: Desk, town: Town, how: signal.Signals, status: int
) -> None:
    desk.config.write_text(configuration(town), encoding="utf-8")
    with running(desk, "run") as process:
        wait_for(lambda: all(town.asked_for(number) for number in (1, 2, 3)), process)
        returned, err = stop(process, how)
    assert returned == status, err
    assert "Traceback" not in err
    assert len(desk.json("changes")) == len({one["page"] for one in desk.json("changes")})
    assert all(one["ok"] for one in desk.json("doctor"))


def test_a_daemon_that_is_killed_loses_nothing_and_repeats_nothing(desk: Desk, town: Town) -> None:
    desk.config.write_text(configuration(town), encoding="utf-8")
    with running(desk, "run") as process:
        wait_for(lambda: bool(town.asked_for(3)), process)
        stop(process, signal.SIGKILL)
    assert desk("check", "--all").status == 0
    assert [one["change"] for one in desk.json("changes")] == ["0..1"] * 3
    assert all(one["ok"] for one in desk.json("doctor"))


def test_the_daemon_shows_the_reading_room(desk: Desk, town: Town) -> None:
    desk.config.write_text(configuration(town), encoding="utf-8")
    with running(desk, "run", "--web", "127.0.0.1:0") as process:
        url = address(process)
        wait_for(lambda: len(get(url + "api/v1/pages")) > 2 and PARAGRAPHS is not None, process)
        assert b"ok" in get(url + "healthz")
        assert stop(process, signal.SIGTERM)[0] == 0


def test_serve_answers_and_stops(watched: Desk, town: Town) -> None:
    with running(watched, "serve", "--listen", "127.0.0.1:0") as process:
        url = address(process)
        assert town.title(1).encode() in get(url + "pages")
        assert stop(process, signal.SIGTERM)[0] == 0


def test_serve_makes_findable_what_nobody_indexed(watched: Desk, town: Town) -> None:
    """Where no daemon runs, what was recorded would else never be found."""
    asked = "search?q=" + urllib.parse.quote(town.title(1))
    with running(watched, "serve", "--listen", "127.0.0.1:0") as process:
        url = address(process)
        wait_for(lambda: b'href="/version?' in get(url + asked), process)
        assert stop(process, signal.SIGTERM)[0] == 0


def test_serve_tells_times_by_the_clocks_of_the_sources(watched: Desk) -> None:
    """As the configuration names them; without one, what is kept can be read all the same."""
    config = watched.config
    config.write_text("[defaults]\ntimezone = 'Asia/Urumqi'\n" + config.read_text("utf-8"), "utf-8")
    with running(watched, "serve", "--listen", "127.0.0.1:0") as process:
        assert b"Asia/Urumqi" in get(address(process))
        assert stop(process, signal.SIGTERM)[0] == 0
    config.unlink()
    with running(watched, "serve", "--listen", "127.0.0.1:0") as process:
        assert b"Asia/Shanghai" in get(address(process))
        assert stop(process, signal.SIGTERM)[0] == 0


def test_serve_refuses_to_be_open_to_the_world(watched: Desk) -> None:
    answered = watched("serve", "--listen", "0.0.0.0:0")
    assert answered.status == 2
    assert "PALIMPSEST_WEB_TOKEN" in answered.err


def test_serve_beyond_loopback_asks_for_the_token(watched: Desk) -> None:
    with running(
        watched, "serve", "--listen", "0.0.0.0:0", environment={"PALIMPSEST_WEB_TOKEN": "a-long-word"}
    ) as process:
        url = address(process).replace("0.0.0.0", "127.0.0.1")
        with pytest.raises(urllib.error.HTTPError) as refused:
            get(url)
        assert refused.value.code == 401
        refused.value.close()
        assert get(url, token="a-long-word")
        assert b"ok" in get(url + "healthz")
        stop(process, signal.SIGTERM)


def test_a_worker_takes_what_is_due(watched: Desk, town: Town) -> None:
    """The daemon's discovery admitted an article; the worker visits it."""
    url = town.publish(7)
    from crawler.model import Link
    from jobs.wiring import utc_now
    from store import open_store

    store = open_store(watched.data)
    store.archive.admit("town", [Link(url=url)], utc_now())
    store.close()
    with running(watched, "worker") as process:
        wait_for(lambda: bool(town.asked_for(7)), process)
        assert stop(process, signal.SIGTERM)[0] == 0
    assert [one["kind"] for one in watched.json("changes", url)] == ["created"]


def test_the_demo_leaves_the_dashboard_open_until_ctrl_c(desk: Desk) -> None:
    with running(desk, "demo", "--in", str(desk.folder / "demo")) as process:
        assert process.stdout is not None
        line = next(line for line in process.stdout if "The dashboard is open at " in line)
        url = line.split("open at ")[1].split()[0]
        assert "主站蜘蛛池模板".encode() in get(url)
        assert b"/version?" in get(url + "search?q=" + urllib.parse.quote("教育"))
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=PATIENCE) == 0


def test_an_interrupted_check_keeps_what_it_recorded_and_goes_on(desk: Desk, town: Town, outside: Outside) -> None:
    desk.config.write_text(configuration(town), encoding="utf-8")
    outside.raw(town.path(1), Wire.hang)
    with running(desk, "check") as process:
        wait_for(lambda: bool(town.asked_for(1)) and bool(town.asked_for(2)) and bool(town.asked_for(3)), process)
        time.sleep(0.5)
        status, err = stop(process, signal.SIGINT)
    assert status == 130, err
    assert "interrupted" in err
    assert "Traceback" not in err
    assert len(desk.json("changes")) == 2
    town.publish(1)
    assert desk("check").status == 0
    assert [one["change"] for one in desk.json("changes")] == ["0..1"] * 3
