"""docker-compose.yml is parsed, and each service's command is run by hand on a real PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.jobs.site import Town, configuration
from tests.outside import Outside
from tests.postgres import fresh_database

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
OURS = ("daemon", "worker", "web")
PATIENCE = 60.0
TOKEN = "a-long-word-for-the-test"


def test_the_services_are_those_of_the_readme() -> None:
    assert set(COMPOSE["services"]) == {"database", *OURS}
    for name in OURS:
        service = COMPOSE["services"][name]
        assert service["build"] == "."
        assert service["depends_on"]["database"]["condition"] == "service_healthy"
        assert service["environment"]["PALIMPSEST_DATABASE"].startswith("postgresql://")


def test_one_daemon_may_die_and_there_is_more_than_one_worker() -> None:
    assert _replicas("daemon") == 2
    assert _replicas("worker") >= 3
    assert _replicas("web") == 1


def test_the_health_of_each_is_asked_where_it_answers() -> None:
    for name in OURS:
        service = COMPOSE["services"][name]
        port = service["command"][-1].rpartition(":")[2]
        assert f"http://127.0.0.1:{port}/healthz" in service["healthcheck"]["test"][-1]


def test_docker_reads_it_where_there_is_docker() -> None:
    """Or its former self, of which Debian has the last release: that knows all but the name of the whole."""
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    read = _read_by(["docker", "compose"], text)
    if read is None:
        read = _read_by(["docker-compose"], text.replace("name: palimpsest\n", ""))
    if read is None:
        pytest.skip("there is no docker compose here")
    assert read.returncode == 0, read.stderr


def _read_by(command: list[str], text: str) -> subprocess.CompletedProcess[str] | None:
    secrets = dict.fromkeys(("POSTGRES_PASSWORD", "PALIMPSEST_WEB_TOKEN"), "x")
    words = [*command, "--file", "-", "--project-directory", str(ROOT), "config", "--quiet"]
    try:
        done = subprocess.run(
            words, env=os.environ | secrets, input=text, capture_output=True, text=True, check=False, timeout=60
        )
    except FileNotFoundError:
        return None
    known = not any(word in done.stderr for word in ("is not a docker command", "unknown"))
    return done if known else None


def _replicas(name: str) -> int:
    return int(COMPOSE["services"][name].get("deploy", {}).get("replicas", 1))


def test_secrets_are_asked_for_and_not_written_down() -> None:
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    for variable in ("POSTGRES_PASSWORD", "PALIMPSEST_WEB_TOKEN"):
        assert f"${{{variable}:?" in text
        assert f"{variable}=\n" in (ROOT / "docs" / "compose.env.example").read_text("utf-8")
    assert ":${" not in text, "a password in a URL"


def test_only_loopback_is_published() -> None:
    for service in COMPOSE["services"].values():
        assert all(str(port).startswith("127.0.0.1:") for port in service.get("ports", ()))


def test_the_image_installs_exactly_the_lock_and_runs_as_nobody_special() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    assert "--require-hashes" in dockerfile
    assert "requirements.lock" in dockerfile
    assert "USER palimpsest" in dockerfile
    for line in dockerfile.splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            for name in line.split()[1:-1]:
                assert (ROOT / name).exists(), f"Dockerfile copies {name}"


@contextmanager
def service(name: str, environment: dict[str, str], port: int) -> Iterator[subprocess.Popen[str]]:
    """One service of ours, started by the words of its own command."""
    words = COMPOSE["services"][name]["command"]
    # Here they are all on one machine.
    words = [word.replace(":8080", f":{port}").replace(":9090", ":0") for word in words]
    declared = set(COMPOSE["services"][name]["environment"])
    assert declared <= set(environment), f"{name} wants {declared - set(environment)}"
    process = subprocess.Popen(
        [sys.executable, "-c", "from jobs.start import main; main()", *words],
        cwd=ROOT,
        env={key: value for key, value in os.environ.items() if not key.startswith("PALIMPSEST")}
        | {key: environment[key] for key in declared},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            _, err = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            _, err = process.communicate()
        assert "Traceback" not in err, f"{name}: {err}"
        assert process.returncode == 0, f"{name}: {err}"


def free_port() -> int:
    with Outside() as probe:
        return probe.port


def test_the_services_work_together_on_postgresql(tmp_path: Path) -> None:
    database = fresh_database()
    with Outside() as outside, ExitStack() as stack:
        town = Town(outside)
        urls = [town.publish(number) for number in (1, 2, 3)]
        config = tmp_path / "sources.toml"
        config.write_text(configuration(town), encoding="utf-8")
        port = free_port()
        environment = {
            "PALIMPSEST_DATABASE": database,
            "PGPASSWORD": "",
            "PALIMPSEST_CONFIG": str(config),
            "PALIMPSEST_DATA": str(tmp_path / "data"),
            "PALIMPSEST_WEB_TOKEN": TOKEN,
        }
        wanted = [name for name in OURS for _ in range(_replicas(name))]
        processes = [stack.enter_context(service(name, environment, port)) for name in wanted]
        pages = f"http://127.0.0.1:{port}/api/v1/changes"
        end = time.monotonic() + PATIENCE
        while not all(url in (shown := _get(pages)) for url in urls):
            assert all(process.poll() is None for process in processes)
            assert time.monotonic() < end, f"the articles never appeared: {shown}"
            time.sleep(0.2)
        assert all(len(town.asked_for(number)) == 1 for number in (1, 2, 3)), "a page was visited twice"
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(pages, timeout=PATIENCE)
        assert refused.value.code == 401
        refused.value.close()


def _get(url: str) -> str:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {TOKEN}"})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            body: bytes = response.read()
    except (urllib.error.URLError, ConnectionError):
        return ""  # not listening yet
    return body.decode()
