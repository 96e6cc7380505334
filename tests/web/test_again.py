"""The same answer once more while it is new: who is given it, who never is, and for how long."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
import pytest

from crawler.model import Source
from store import open_store
from store.people import Person, Role
from tests.web.shelf import NOW, START, Shelf
from web import create_app
from web.again import MOST_BYTES, Again
from web.door.identity import HOUSE_TOKEN, LOCAL, Came

READER, EDITOR = Person(name="r", role=Role.READER), Person(name="e", role=Role.EDITOR)
TOKEN = Came(person=READER, browser=False)
HERE = Came(person=LOCAL)


@dataclass
class Room:
    """An application that counts how often it answers, and how."""

    status: int = 200
    headers: list[tuple[bytes, bytes]] = field(default_factory=lambda: [(b"content-type", b"text/html")])
    parts: int = 1
    personal: bool = False
    size: int = 10
    asked: int = 0
    now: float = 100.0
    gate: asyncio.Event | None = None

    async def __call__(self, scope, receive, send):
        self.asked += 1
        number = self.asked
        if self.gate is not None:
            await self.gate.wait()
        if self.personal:
            scope["state"]["personal"] = True
        await send({"type": "http.response.start", "status": self.status, "headers": list(self.headers)})
        for part in range(self.parts):
            body = f"{number}".encode().ljust(self.size, b".")
            await send({"type": "http.response.body", "body": body, "more_body": part + 1 < self.parts})


@pytest.fixture
def room():
    return Room()


@pytest.fixture
def again(room):
    return Again(room, timedelta(seconds=2), lambda: room.now)


async def ask(app, path="/changes", query=b"", came=HERE, method="GET", **headers):
    """What was sent: the number of the answer, its status."""
    sent = []
    scope = {
        "type": "http",
        "method": method,
        "scheme": "http",
        "path": path,
        "query_string": query,
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        "state": {"came": came, "cookies": []},
    }

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    await app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent)
    return int(body.decode().split(".")[0]) if body else None


def numbers(*calls):
    async def one_after_another():
        return [await call for call in calls]

    return asyncio.run(one_after_another())


@pytest.mark.parametrize("came", [HERE, TOKEN, Came(person=READER)])
def test_the_same_question_is_answered_once(again, came):
    assert numbers(ask(again, came=came), ask(again, came=came, user_agent="another")) == [1, 1]


def test_after_a_while_it_is_made_anew(again, room):
    async def later():
        first = await ask(again)
        room.now += 1.9
        second = await ask(again)
        room.now += 0.2
        return first, second, await ask(again)

    assert asyncio.run(later()) == (1, 1, 2)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"query": b"kind=edited"}),
        ({}, {"path": "/findings"}),
        ({}, {"accept_language": "zh"}),
        ({}, {"cookie": "palimpsest_language=zh-Hans"}),
        ({}, {"host": "127.0.0.1:1"}),
        ({}, {"accept_encoding": "gzip"}),
        ({}, {"accept_datetime": "Thu, 01 Jan 2026 00:00:00 GMT"}),
        ({}, {"sec_fetch_dest": "iframe"}),
        ({}, {"if_none_match": '"a"'}),
        ({}, {"came": TOKEN}),
        ({}, {"method": "HEAD"}),
    ],
)
def test_another_question_has_another_answer(again, one, other):
    assert numbers(ask(again, **one), ask(again, **other)) == [1, 2]


@pytest.mark.parametrize(
    "who",
    [
        {"came": Came(person=EDITOR, browser=False)},
        {"came": Came(person=HOUSE_TOKEN)},
        {"came": Came(person=READER, session="of a browser")},
        {"came": Came(person=EDITOR, session="of a browser")},
        {"came": Came()},
        {"cookie": "a=b; palimpsest-form=word"},
        {"cookie": "__Host-palimpsest-form=word"},
        {"cookie": '="; palimpsest-form=word'},
        {"cache_control": "max-age=0, no-cache"},
        {"range": "bytes=0-1"},
        {"path": "/login"},
        {"path": "/healthz"},
    ],
)
def test_who_may_write_and_who_insists_are_answered_anew(again, who):
    """They see at once what they did; and the answer to them is given to nobody else."""
    assert numbers(ask(again, **who), ask(again, **who)) == [1, 2]


@pytest.mark.parametrize(
    "odd",
    [
        {"status": 404},
        {"status": 503},
        {"status": 303},
        {"personal": True},
        {"headers": [(b"Set-Cookie", b"a=b")]},
        {"parts": 3},
        {"size": MOST_BYTES},
    ],
)
def test_what_is_for_one_alone_or_comes_in_pieces_is_not_kept(again, room, odd):
    for name, value in odd.items():
        setattr(room, name, value)
    assert numbers(ask(again), ask(again)) == [1, 2]


def test_whatever_is_written_empties_it(again):
    calls = [ask(again), ask(again), ask(again, method="POST", came=TOKEN), ask(again)]
    assert numbers(*calls) == [1, 1, 2, 3]


def test_what_was_being_made_while_something_was_written_is_not_kept(again, room):
    async def crossing():
        room.gate = asyncio.Event()
        reading = asyncio.create_task(ask(again))
        await asyncio.sleep(0)
        writing = asyncio.create_task(ask(again, method="POST"))
        await asyncio.sleep(0)
        room.gate.set()
        await writing
        return await reading, await ask(again)

    first, second = asyncio.run(crossing())
    assert (first, second, room.asked) == (1, 3, 3)


def test_many_at_once_wait_for_one_answer(again, room):
    async def together():
        room.gate = asyncio.Event()
        waiting = [asyncio.create_task(ask(again)) for _ in range(20)]
        await asyncio.sleep(0)
        room.gate.set()
        return await asyncio.gather(*waiting)

    assert asyncio.run(together()) == [1] * 20


def test_nobody_waits_for_another_s_download(again, room):
    """A file that comes in pieces is not given again: as soon as that is known each has their own."""

    async def slowly():
        room.parts, done, order = 2, asyncio.Event(), []

        async def stuck(message):
            order.append(message["type"])
            if message["type"] == "http.response.body":
                await done.wait()

        scope = {"type": "http", "method": "GET", "scheme": "http", "path": "/changes", "query_string": b""}
        scope |= {"headers": [], "state": {"came": HERE}}
        slow = asyncio.create_task(again(scope, None, stuck))
        await asyncio.sleep(0)
        quick = await asyncio.wait_for(ask(again), 5)
        done.set()
        await slow
        return quick

    assert asyncio.run(slowly()) == 2


def test_a_failure_lets_the_others_try(again, room):
    async def broken(scope, receive, send):
        raise RuntimeError("no")

    async def both():
        again.app = broken
        with pytest.raises(RuntimeError):
            await ask(again)
        again.app = room
        return await ask(again)

    assert asyncio.run(both()) == 1


def test_it_holds_so_much_and_no_more(again, room):
    async def many():
        room.size = 1024 * 1024
        for number in range(40):
            await ask(again, query=f"q={number}".encode())
        full = sum(answer.size for answer in again._answers.values())
        room.now += 5
        await ask(again, query=b"q=new")
        return full, len(again._answers), await ask(again, query=b"q=new")

    full, kept, number = asyncio.run(many())
    assert full <= MOST_BYTES
    assert (kept, number) == (1, 41)


async def _browse(app):
    """A browser that reads a list, decides of a finding and reads the list again; and one that only reads."""
    transport = httpx.ASGITransport(app)
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as editor,
        httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as reader,
    ):
        before = (await editor.get("/findings?state=silenced")).text
        number = re.search(r"/finding\?id=(\d+)", (await editor.get("/findings?open=1")).text)[1]
        forms = []
        for one in (editor, editor, reader):
            text = (await one.get(f"/finding?id={number}")).text
            forms.append(re.search('name="csrf" value="([^"]+)"', text)[1])
        data = {"id": number, "state": "silenced", "why": "known", "csrf": forms[0]}
        marked = await editor.post("/finding/mark", data=data)
        lists = [(await one.get("/findings?state=silenced")).text for one in (editor, reader)]
    return before, number, forms, marked.status_code, lists


def test_in_the_room_itself_an_editor_sees_what_they_did_and_every_form_has_its_own_word(tmp_path):
    with open_store(tmp_path, None) as store:
        store.archive.declare([Source(name="press", url="https://www.example.gov.cn/xwfb/", kind="listing")], START)
        Shelf(store).hostile()
        app = create_app(store.history, clock=lambda: NOW, marks=store.marks, again=timedelta(hours=1))
        before, number, forms, status, lists = asyncio.run(_browse(app))
        assert len(set(forms)) == 3
        assert status == 303
        assert f"/finding?id={number}" not in before
        assert all(f"/finding?id={number}" in text for text in lists)
