"""Mail by Apprise over real SMTP: it arrives as it was said, and a server in trouble gets it later or not at all."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.model import Source, Target
from jobs.notify import BACKOFF, MAX_ATTEMPTS, Message, NotifyFailed, deliver, send
from store import Store, open_store
from tests.outside_mail import MailServer
from tests.store.verdicts import CREATED, NOW, SOURCE, admit, change, finding, saying, verdict

pytestmark = pytest.mark.anyio
A_MINUTE = timedelta(minutes=1)
TITLE = "关于规范食堂采购管理工作的通知"


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """With one change to tell of."""
    with open_store(tmp_path) as opened:
        opened.archive.declare([SOURCE], NOW)
        page = admit(opened, "https://www.example.gov.cn/xwfb/1.html")
        opened.archive.record(page, saying(page, NOW, TITLE, CREATED))
        yield opened


def told(*addresses: str) -> dict[str, Source]:
    return {SOURCE.name: Source(name=SOURCE.name, url=SOURCE.url, notify=tuple(Target(to=to) for to in addresses))}


async def test_chinese_arrives_intact_in_subject_and_body(store: Store, mail: MailServer) -> None:
    page = store.archive.page("https://www.example.gov.cn/xwfb/1.html")
    assert page is not None
    edited = change(1, 2, summary="第三段“食堂”改为“饭堂”：𠀀")
    store.archive.record(page, saying(page, NOW, TITLE, edited))
    await deliver(store.outbox, told(mail.url()), NOW)
    (got,) = mail.taken
    assert (got["To"], got["Subject"]) == ("desk@example.org", "press: 2 changes")
    text = got.get_content().replace("\r\n", "\n")
    assert f"{TITLE}\nedited: 第三段“食堂”改为“饭堂”：𠀀\n{page.url}" in text
    await send(mail.url(), Message(subject="新闻发布：一条变更" * 10, body="正文\n.\n..末行"))
    assert mail.taken[1]["Subject"] == "新闻发布：一条变更" * 10
    assert mail.taken[1].get_content().split() == ["正文", ".", "..末行"]


async def test_what_a_page_says_writes_no_header(store: Store, mail: MailServer) -> None:
    """The quote of a finding is somebody else's text, and stands in the subject where it is alone."""
    page = admit(store, "https://www.example.gov.cn/xwfb/2.html")
    quote = "博彩\r\nBcc: victim@example.org\n\n\x00\u2028正文\ud800"
    store.archive.record(page, verdict(NOW, findings=(finding(quote),)))
    await deliver(store.outbox, told(mail.url()), NOW)
    alone = replace(SOURCE, notify=(Target(to=mail.url(), kinds=("finding",)),))
    page = admit(store, "https://www.example.gov.cn/xwfb/3.html")
    store.archive.record(page, verdict(NOW, findings=(finding(quote),)))
    await deliver(store.outbox, {SOURCE.name: alone}, NOW)
    both, got = mail.taken
    assert (both["Bcc"], got["Bcc"]) == (None, None)
    assert got["Subject"] == "press: spam_block (high): 博彩 Bcc: victim@example.org 正文"


async def test_server_that_is_busy_gets_it_later_and_once(store: Store, mail: MailServer) -> None:
    """4xx is what greylisting and full disks answer."""
    mail.refusals = ["451 try again later", "452 no space left"]
    now = NOW
    for wait in BACKOFF[:2]:
        assert (await deliver(store.outbox, told(mail.url()), now)).failed == 1
        assert store.outbox.pending(now + wait - timedelta(seconds=1)) == ()
        now += wait
    assert (await deliver(store.outbox, told(mail.url()), now)).sent == 1
    assert len(mail.taken) == 1
    assert store.outbox.waiting() == 0


async def test_server_that_refuses_to_the_last_leaves_a_dead_letter(store: Store, mail: MailServer) -> None:
    mail.refusals = ["550 no such user"] * MAX_ATTEMPTS
    now = NOW
    for _ in range(MAX_ATTEMPTS):
        await deliver(store.outbox, told(mail.url()), now)
        now += BACKOFF[-1]
    (dead,) = store.outbox.dead()
    assert (dead.attempts, dead.last_error) == (
        MAX_ATTEMPTS,
        f"mailto://127.0.0.1:{mail.port} did not take the message",
    )
    store.outbox.resend([dead.id], now)
    assert (await deliver(store.outbox, told(mail.url()), now)).sent == 1
    assert len(mail.taken) == 1


async def test_server_that_is_not_there_is_asked_again(store: Store) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = f"127.0.0.1:{taken.getsockname()[1]}"
    address = f"mailto://user:topsecret@{place}?from=a@example.org&to=b@example.org&mode=insecure"
    came_to = await deliver(store.outbox, told(address), NOW)
    assert (came_to.failed, came_to.errors) == (1, (f"mailto://{place} did not take the message",))


async def test_server_that_says_nothing_is_given_up_at_the_deadline(store: Store, mail: MailServer) -> None:
    """And another is told meanwhile."""
    mail.silent = True
    with MailServer() as well:

        async def impatient(target: str, message: Message) -> None:
            await send(target, message, deadline=0.3 if target == mail.url() else 30)

        came_to = await deliver(store.outbox, told(mail.url(), well.url()), NOW, send=impatient)
        assert (came_to.failed, came_to.errors) == (1, (f"mailto://127.0.0.1:{mail.port} did not answer in 0.3 s",))
        assert len(well.taken) == 1
    mail.silent = False
    assert (await deliver(store.outbox, told(mail.url(), well.url()), NOW + A_MINUTE)).sent == 1
    assert (len(mail.taken), len(well.taken)) == (1, 1)


async def test_an_address_that_is_none_is_refused_for_good() -> None:
    with pytest.raises(NotifyFailed) as failed:
        await send("mailto://user:topsecret@", Message(subject="a", body="b"))
    assert not failed.value.retryable
    assert "topsecret" not in failed.value.reason
