"""What Prometheus and a supervisor are told, over loopback: what was counted, how the store stands, what is away."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from crawler.sources import parse_sources
from jobs import metrics_store
from jobs.daemon import run_daemon
from jobs.told import Told
from jobs.worker import run_worker
from store import Store, open_store
from tests.jobs.histories import SPAM
from tests.jobs.machine import SHORT
from tests.jobs.site import PARAGRAPHS, Town, configuration
from tests.jobs.test_daemon import OFTEN, until
from tests.postgres import fresh_database, own_server

pytestmark = pytest.mark.alone
Story = Callable[[str, list[str]], Coroutine[Any, Any, None]]
BUSY = timedelta(milliseconds=300)
# Values of labels and names: what a page or a source says must not be among them.
MOST_SERIES = 120


def answered(url: str, token: str = "") -> tuple[int, str, float]:
    """Status, body, seconds."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    begun = time.monotonic()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20) as response:
            return response.status, response.read().decode(), time.monotonic() - begun
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), time.monotonic() - begun


async def asked(url: str) -> tuple[int, str, float]:
    return await asyncio.to_thread(answered, url)


def values(text: str) -> dict[str, float]:
    """Every sample, by its name with its labels."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f"{key}={value}" for key, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


async def scraped(url: str) -> dict[str, float]:
    status, text, _ = await asked(url + "metrics")
    assert status == 200
    return values(text)


def shown(store: Store, town: Town, story: Story, *, way: str = "metrics", more: str = "") -> list[str]:
    """Run the daemon with something served while the story lasts; what it said."""
    said: list[str] = []

    async def both() -> None:
        sources = parse_sources(configuration(town, more=OFTEN + more))
        tick = timedelta(milliseconds=200)
        where = {way: "127.0.0.1:0"}
        daemon = asyncio.create_task(run_daemon(store, sources, say=said.append, tick=tick, times=SHORT, **where))  # type: ignore[arg-type]
        try:
            await until(lambda: address(said) != "")
            await story(address(said), said)
        finally:
            daemon.cancel()
            await asyncio.gather(daemon, return_exceptions=True)

    asyncio.run(both())
    return said


def address(said: list[str]) -> str:
    """Where the first thing is served."""
    return next((str(line.parts["url"]) for line in said if isinstance(line, Told) and line.event == "serving"), "")


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes away is seen at once."""
    monkeypatch.setattr(metrics_store, "FRESH", timedelta(milliseconds=100))


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    database = fresh_database() if request.param == "postgresql" else None
    return open_store(tmp_path / "data", database, busy_timeout=BUSY)


def test_visits_changes_and_findings_are_counted_and_the_store_summed_up(store: Store, town: Town) -> None:
    async def story(url: str, said: list[str]) -> None:
        await until(lambda: len(store.history.changes()) == 3)
        town.publish(2, (PARAGRAPHS[0], PARAGRAPHS[1].replace("30", "35"), PARAGRAPHS[2]))
        await until(lambda: len(store.history.changes()) == 4)
        await until(lambda: any(isinstance(line, Told) and line.event == "pass" for line in said))
        found = await scraped(url)
        assert found["palimpsest_checks_total{outcome=new}"] == 3
        assert found["palimpsest_checks_total{outcome=changed}"] == 1
        assert found["palimpsest_checks_total{outcome=failed}"] == 0
        assert found["palimpsest_changes_total{kind=created}"] == 3
        assert found["palimpsest_changes_total{kind=edited}"] == 1
        assert found["palimpsest_entries_total{result=ok}"] >= 1
        assert found["palimpsest_fetched_bytes_total"] > 1000
        assert found["palimpsest_visit_seconds_count"] >= 5
        assert found["palimpsest_visit_seconds_bucket{le=+Inf}"] == found["palimpsest_visit_seconds_count"]
        assert found["palimpsest_pages{state=gone}"] == 0
        assert 0 <= found["palimpsest_pages{state=live}"] <= 3
        assert found["palimpsest_sources"] == 1
        assert found["palimpsest_sources_overdue"] == 0
        assert found["palimpsest_outbox{state=dead}"] == 0
        assert found["palimpsest_database_up"] == found["palimpsest_blobs_up"] == found["palimpsest_elected"] == 1
        assert abs(found["palimpsest_last_pass_timestamp_seconds"] - time.time()) < 60
        assert ("palimpsest_queue_jobs{status=doing}" in found) <= (store.queue is not None)
        assert len(found) < MOST_SERIES
        status, text, _ = await asked(url + "healthz")
        health = json.loads(text)
        assert (status, health["status"], health["database"], health["blobs"]) == (200, "ok", "ok", "ok")
        assert (health["elected"], health["overdue"]) == (True, 0)
        assert health["last_pass"].endswith("Z")
        assert (await asked(url))[0] == 404, "the reading room was not asked for"

    shown(store, town, story)
    store.close()


def test_findings_are_counted_by_kind_and_severity(tmp_path: Path, town: Town) -> None:
    town.publish(1, tail=SPAM)

    async def story(url: str, said: list[str]) -> None:
        await until(lambda: len(store.history.changes()) >= 3)
        opened = {name: value for name, value in (await scraped(url)).items() if "findings_opened_total" in name}
        expected = [(view.finding.kind.value, view.finding.severity.value) for view in store.history.findings()]
        assert expected
        assert sum(opened.values()) == len(expected)
        for kind, severity in expected:
            assert opened[f"palimpsest_findings_opened_total{{kind={kind},severity={severity}}}"] >= 1

    with open_store(tmp_path / "data") as store:
        shown(store, town, story)


def test_the_reading_room_has_both_too(tmp_path: Path, town: Town) -> None:
    async def story(url: str, said: list[str]) -> None:
        assert "palimpsest_checks_total{outcome=new}" in await scraped(url)
        assert (await asked(url + "healthz"))[0] == 200
        assert (await asked(url + "pages"))[0] == 200

    with open_store(tmp_path / "data") as store:
        shown(store, town, story, way="web")


# ---- what is away ------------------------------------------------------------------------------------------------


def test_a_server_that_is_away_is_said_at_once_and_the_daemon_lives_on(tmp_path: Path, town: Town) -> None:
    with own_server() as server, open_store(tmp_path / "data", server.url, busy_timeout=BUSY) as store:

        async def story(url: str, said: list[str]) -> None:
            await until(lambda: len(store.history.changes()) == 3)
            assert (await asked(url + "healthz"))[0] == 200
            await asyncio.to_thread(server.stop)
            end = time.monotonic() + 10
            while (found := await asked(url + "healthz"))[0] == 200:
                assert time.monotonic() < end
                await asyncio.sleep(0.1)
            status, text, seconds = found
            assert (status, json.loads(text)["database"], json.loads(text)["blobs"]) == (503, "away", "away")
            assert seconds < 5
            counted = await scraped(url)
            assert counted["palimpsest_database_up"] == 0
            assert counted["palimpsest_checks_total{outcome=new}"] == 3
            assert "palimpsest_sources" not in counted
            assert await asyncio.to_thread(server.start) == ""
            end = time.monotonic() + 20
            while (await asked(url + "healthz"))[0] != 200:
                assert time.monotonic() < end
                await asyncio.sleep(0.1)

        assert shown(store, town, story)[-1].startswith("stopped")


def test_a_place_for_bodies_that_is_away_is_said(tmp_path: Path, town: Town) -> None:
    away = tmp_path / "away"

    async def story(url: str, said: list[str]) -> None:
        await until(lambda: len(store.history.changes()) == 3)
        assert (await asked(url + "healthz"))[0] == 200
        (tmp_path / "blobs").rename(away)
        (tmp_path / "blobs").write_text("nothing is mounted here")
        end = time.monotonic() + 10
        while (found := await asked(url + "healthz"))[0] == 200:
            assert time.monotonic() < end
            await asyncio.sleep(0.1)
        health = json.loads(found[1])
        assert (found[0], health["database"], health["blobs"]) == (503, "ok", "away")
        assert (await scraped(url))["palimpsest_blobs_up"] == 0

    with open_store(tmp_path / "data", blobs=f"folder:{tmp_path / 'blobs'}") as store:
        shown(store, town, story)


# ---- who may ask, and the worker ---------------------------------------------------------------------------------


def test_beyond_loopback_a_token_is_needed_for_the_figures_but_not_for_the_health(
    tmp_path: Path, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_store(tmp_path / "data") as store:
        sources = parse_sources(configuration(town))
        monkeypatch.delenv("PALIMPSEST_WEB_TOKEN", raising=False)
        with pytest.raises(Exception, match="PALIMPSEST_WEB_TOKEN"):
            asyncio.run(run_daemon(store, sources, say=lambda line: None, metrics="0.0.0.0:0"))
        monkeypatch.setenv("PALIMPSEST_WEB_TOKEN", "a-long-word")

        async def story() -> None:
            said: list[str] = []
            worker = asyncio.create_task(
                run_worker(store, sources, say=said.append, idle=timedelta(milliseconds=50), metrics="0.0.0.0:0")
            )
            try:
                await until(lambda: address(said) != "")
                url = address(said).replace("0.0.0.0", "127.0.0.1")
                assert (await asked(url + "metrics"))[0] == 401
                status, text, _ = await asked(url + "healthz")
                assert (status, json.loads(text)["elected"]) == (200, None)
                status, text, _ = await asyncio.to_thread(answered, url + "metrics", "a-long-word")
                assert values(text)["palimpsest_elected"] == 0
            finally:
                worker.cancel()
                await asyncio.gather(worker, return_exceptions=True)

        asyncio.run(story())
