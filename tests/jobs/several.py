"""Several machines for a test: hosts on loopback that keep a log, and processes that can be killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.jobs.site import PARAGRAPHS
from tests.outside import Answer, Asked, Outside

ROOT = Path(__file__).parents[2]
# What a host takes for an answer; long enough that two visitors at once would be seen.
ANSWERING = 0.02


@dataclass
class Host:
    """A listing and its articles, which says when it was asked for what, and whether two asked at once."""

    outside: Outside
    pages: int
    log: list[tuple[float, str]] = field(default_factory=list)
    together: int = 0
    _asking: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self) -> None:
        self.outside.otherwise(self._answer)

    def _answer(self, asked: Asked) -> Answer:
        with self._lock:
            self.log.append((time.monotonic(), asked.path))
            self._asking += 1
            self.together = max(self.together, self._asking)
        time.sleep(ANSWERING)
        with self._lock:
            self._asking -= 1
        body = self._body(asked.path)
        if body is None:
            return Answer(b"not here", 404)
        return Answer(body.encode(), headers=(("Content-Type", "text/html; charset=utf-8"),))

    def _body(self, path: str) -> str | None:
        if path == "/list.html":
            items = "".join(f'<li><a href="{self.path(n)}">关于第{n}号通知的公告</a></li>' for n in range(self.pages))
            return f"<html><head><title>通知公告</title></head><body><ul class='list'>{items}</ul></body></html>"
        if path in self.paths:
            text = "".join(f"<p>{path[5:-5]}：{paragraph}</p>" for paragraph in PARAGRAPHS)
            return f"<html><head><title>{path}</title></head><body><h1>关于{path}的公告</h1>{text}</body></html>"
        return None

    @staticmethod
    def path(number: int) -> str:
        """The path of an article."""
        return f"/art/t202106{number % 28 + 1:02d}_{number}.html"

    @property
    def paths(self) -> set[str]:
        """The paths of all articles."""
        return {self.path(number) for number in range(self.pages)}

    def asked(self) -> Counter[str]:
        """How often each article was asked for."""
        return Counter(path for _, path in self.log if path in self.paths)

    def source(self, delay: str) -> str:
        """The host as a Source of sources.toml, visited once and then not for a long time."""
        return (
            f'[[source]]\nname = "host-{self.outside.port}"\nurl = "{self.outside.url("/list.html")}"\n'
            f'kind = "listing"\nevery = "7d"\nmin_every = "7d"\nmax_every = "7d"\nhost_delay = "{delay}"\n'
        )


@contextmanager
def hosts(number: int, pages: int) -> Iterator[list[Host]]:
    """So many hosts with so many pages each."""
    with ExitStack() as stack:
        made = [Host(stack.enter_context(Outside()), pages) for _ in range(number)]
        for host in made:
            host.open()
        yield made


@dataclass
class Machine:
    """A process; what it says is read as it says it."""

    role: str
    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)
    _reader: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line.rstrip())

    @property
    def lives(self) -> bool:
        return self.process.poll() is None

    def heard(self, words: str) -> bool:
        return any(words in line for line in self.said)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        """As its supervisor would; for good."""
        if self.lives:
            self.process.terminate()
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._reader.join(timeout=10)
        assert self.process.stderr is not None
        self.process.stderr.close()


def start(role: str, config: Path, database: str, data: Path) -> Machine:
    """A machine of its own: a process."""
    words = [sys.executable, "-m", "tests.jobs.machine", role, str(config), database, str(data)]
    return Machine(
        role,
        subprocess.Popen(
            words, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
        ),
    )


@contextmanager
def machines(config: Path, database: str, data: Path, *roles: str) -> Iterator[list[Machine]]:
    """A process for each role; ended at the end."""
    with ExitStack() as stack:
        made = []
        for role in roles:
            made.append(start(role, config, database, data))
            stack.callback(made[-1].end)
        yield made


def until(true: Callable[[], bool], patience: float = 60.0) -> None:
    """Wait for it."""
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.05)
