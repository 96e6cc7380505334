"""What happened reaches those who asked to hear of it: once, in one message, later if need be, and never in silence.

Over real HTTP on loopback, out of a real store.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.model import Link, Page, Severity, Source
from jobs.notify import BACKOFF, MAX_ATTEMPTS, NOTIFIERS, Delivered, Message, NotifyFailed, deliver, send
from store import Store, open_store
from tests.outside import Answer, Asked, Outside
from tests.store.verdicts import CREATED, NOW, SOURCE, admit, change, finding, saying

pytestmark = pytest.mark.anyio
HELLO = Message(subject="press: one change", body="一条\nhttps://x.example/1", payload=({"kind": "edited"},))
OTHER = Source(name="other", url="https://other.example.gov.cn/")
A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path) as opened:
        opened.archive.declare([SOURCE, OTHER], NOW)
        yield opened


@pytest.fixture
def site() -> Iterator[Outside]:
    with Outside() as outside:
        yield outside


class Targets:
    """Records what each target is sent; a target whose name says so refuses."""

    def __init__(self) -> None:
        self.got: list[tuple[str, Message]] = []
        self.broken: dict[str, bool] = {}

    async def __call__(self, target: str, message: Message) -> None:
        self.got.append((target, message))
        if target in self.broken:
            raise NotifyFailed(f"{target} refused", retryable=self.broken[target])


def watched(*targets: str) -> dict[str, Source]:
    return {SOURCE.name: replace(SOURCE, notify=targets), OTHER.name: OTHER}


def happen(store: Store, count: int = 2) -> list[Page]:
    """`count` new pages, the last with a critical finding: count + 1 items."""
    pages = [admit(store, f"https://www.example.gov.cn/xwfb/{number}.html") for number in range(count)]
    for number, page in enumerate(pages):
        found = (finding("主站蜘蛛池", severity=Severity.CRITICAL),) if page is pages[-1] else ()
        store.archive.record(page, saying(page, NOW, f"第{number}条", CREATED, findings=found))
    return pages


# ---- one message ---------------------------------------------------------------------------------------------------


async def test_webhook_is_posted_as_signed_json(site: Outside) -> None:
    """A receiver that knows the secret can tell that the message is ours, unaltered and recent."""
    site.page("/hook", b"", status=204)
    await send(f"webhook+{site.url('/hook?room=1').replace('://', '://s%2Fcret@')}", HELLO)
    (asked,) = site.requests
    assert (asked.method, asked.path) == ("POST", "/hook?room=1")
    assert json.loads(asked.body) == {"subject": HELLO.subject, "body": HELLO.body, "items": [{"kind": "edited"}]}
    stamp, sign = (part.partition("=")[2] for part in asked.headers["palimpsest-signature"].split(","))
    assert hmac.new(b"s/cret", f"{stamp}.".encode() + asked.body, hashlib.sha256).hexdigest() == sign
    assert "authorization" not in asked.headers


async def test_webhook_without_a_secret_is_not_signed(site: Outside) -> None:
    site.page("/hook", b"")
    await send(f"webhook+{site.url('/hook')}", HELLO)
    assert "palimpsest-signature" not in site.requests[0].headers


@pytest.mark.parametrize(
    ("status", "retryable"),
    [(500, True), (503, True), (429, True), (408, True), (400, False), (404, False), (301, False)],
)
async def test_webhook_says_whether_a_retry_helps(site: Outside, status: int, retryable: bool) -> None:
    """The receiver's trouble passes; our mistake does not. A redirect is not followed with the secret in hand."""
    site.page("/hook", b"", status=status, headers=[("Location", "/elsewhere")])
    with pytest.raises(NotifyFailed, match=str(status)) as failed:
        await send(f"webhook+{site.url('/hook')}", HELLO)
    assert failed.value.retryable is retryable
    assert site.paths == ["/hook"]


async def test_unreachable_webhook_may_be_retried_and_hides_the_secret() -> None:
    with Outside() as gone:
        url = gone.url("/hook/token-in-path").replace("://", "://topsecret@")
    with pytest.raises(NotifyFailed) as failed:
        await send(f"webhook+{url}", HELLO)
    assert failed.value.retryable
    assert "topsecret" not in failed.value.reason
    assert "token-in-path" not in failed.value.reason


@pytest.mark.parametrize(
    "target", ["webhook+https://", "webhook+http://[::1", "nonsense", "no-such-scheme://x/y", "", "://"]
)
async def test_target_that_is_none_is_refused_for_good(target: str) -> None:
    with pytest.raises(NotifyFailed) as failed:
        await send(target, HELLO)
    assert not failed.value.retryable


async def test_apprise_serves_every_other_scheme(site: Outside) -> None:
    """Over Apprise's own json:// the subject and body arrive as they are."""
    site.page("/in", b"")
    await send(f"json://127.0.0.1:{site.port}/in", HELLO)
    (asked,) = site.requests
    told = json.loads(asked.body)
    assert (told["title"], told["message"]) == (HELLO.subject, HELLO.body)


async def test_apprise_target_that_fails_may_be_retried(site: Outside) -> None:
    site.page("/in", b"", status=500)
    with pytest.raises(NotifyFailed) as failed:
        await send(f"json://user:topsecret@127.0.0.1:{site.port}/in", HELLO)
    assert failed.value.retryable
    assert "topsecret" not in failed.value.reason


def test_the_list_of_notifiers_ends_with_the_one_that_serves_all() -> None:
    assert [beginning for beginning, _ in NOTIFIERS] == ["webhook+https://", "webhook+http://", ""]


# ---- the outbox ----------------------------------------------------------------------------------------------------


async def test_items_of_one_source_leave_as_one_digest_for_each_target(store: Store) -> None:
    """Ten changes are one message, gravest first, and then the outbox is empty."""
    pages = happen(store, 3)
    targets = Targets()
    assert await deliver(store.outbox, watched("mailto://a", "mailto://b"), NOW, send=targets) == Delivered(sent=4)
    assert [target for target, _ in targets.got] == ["mailto://a", "mailto://b"]
    message = targets.got[0][1]
    assert message.subject == "press: 1 finding (critical), 3 changes"
    assert [item["what"] for item in message.payload] == ["finding", "change", "change", "change"]
    assert "主站蜘蛛池" in message.body.split("\n\n")[0]
    assert all(page.url in message.body for page in pages)
    assert (store.outbox.waiting(), store.outbox.dead()) == (0, ())
    assert await deliver(store.outbox, watched("mailto://a"), NOW, send=targets) == Delivered()


async def test_whole_way_from_the_store_to_the_wire(store: Store, site: Outside) -> None:
    """The payload of a webhook is what `changes --json` and `findings --json` print."""
    site.page("/hook", b"")
    (page,) = happen(store, 1)
    await deliver(store.outbox, watched(f"webhook+{site.url('/hook')}"), NOW)
    finding_, change = json.loads(site.requests[0].body)["items"]
    assert (finding_["kind"], finding_["quote"], finding_["page"]) == ("spam_block", "主站蜘蛛池", page.url)
    assert (change["change"], change["kind"], change["source"]) == ("0..1", "created", SOURCE.name)


async def test_nobody_to_tell_is_nothing_to_do(store: Store) -> None:
    """A source that notifies nobody, or that is no longer configured, does not fill the outbox for ever."""
    happen(store)
    targets = Targets()
    assert await deliver(store.outbox, watched(), NOW, send=targets) == Delivered()
    assert store.outbox.waiting() == 0
    happen_again = admit(store, "https://www.example.gov.cn/xwfb/9.html")
    store.archive.record(happen_again, saying(happen_again, NOW, "又一条", CREATED))
    assert await deliver(store.outbox, {}, NOW, send=targets) == Delivered()
    assert (store.outbox.waiting(), targets.got) == (0, [])


async def test_minor_change_is_listed_and_told_to_nobody(store: Store) -> None:
    (page,) = happen(store, 1)
    minor = change(1, 2, minor=True)
    store.archive.record(page, saying(page, NOW + A_MINUTE, "另一条", minor))
    targets = Targets()
    assert await deliver(store.outbox, watched("mailto://a"), NOW + A_MINUTE, send=targets) == Delivered(sent=2)
    assert [item["what"] for item in targets.got[0][1].payload] == ["finding", "change"]
    assert store.outbox.waiting() == 0


async def test_alarm_goes_the_way_of_changes(store: Store) -> None:
    """And stands in the same digest, by its own name."""
    happen(store, 1)
    store.archive.note_alarms(lambda standing: "overdue" if standing.name == SOURCE.name else None, NOW)
    targets = Targets()
    assert await deliver(store.outbox, watched("mailto://a"), NOW, send=targets) == Delivered(sent=3)
    message = targets.got[0][1]
    assert message.subject == "press: 1 alarm, 1 finding (critical), 1 change"
    assert SOURCE.url in message.body


async def test_failure_waits_longer_each_time_and_then_stays_visible(store: Store) -> None:
    """A minute, five, thirty, two hours, then twelve; after twelve attempts it is a dead letter, not a lost one."""
    happen(store, 1)
    targets = Targets()
    targets.broken = {"mailto://a": True}
    now = NOW
    waits = []
    for _ in range(MAX_ATTEMPTS - 1):
        assert (await deliver(store.outbox, watched("mailto://a"), now, send=targets)).failed == 2
        wait = next(w for w in sorted(set(BACKOFF)) if store.outbox.pending(now + w))
        assert not store.outbox.pending(now + wait - timedelta(seconds=1))
        waits.append(wait)
        now += wait
    assert waits == [*BACKOFF, *[BACKOFF[-1]] * (MAX_ATTEMPTS - 1 - len(BACKOFF))]
    last = await deliver(store.outbox, watched("mailto://a"), now, send=targets)
    assert (last.dead, last.errors) == (2, ("mailto://a refused",))
    assert [item.last_error for item in store.outbox.dead()] == ["mailto://a refused"] * 2


async def test_refusal_that_no_retry_cures_is_given_up_at_once(store: Store) -> None:
    happen(store, 1)
    targets = Targets()
    targets.broken = {"mailto://a": False}
    assert (await deliver(store.outbox, watched("mailto://a"), NOW, send=targets)).dead == 2
    assert store.outbox.waiting() == 0


async def test_target_that_took_it_is_not_told_again_when_another_fails(store: Store) -> None:
    """Nor by another process: who is done is noted with the item itself."""
    happen(store, 1)
    targets = Targets()
    targets.broken = {"mailto://b": True}
    both = watched("mailto://a", "mailto://b")
    assert (await deliver(store.outbox, both, NOW, send=targets)).failed == 2
    again = Targets()
    assert await deliver(store.outbox, both, NOW + A_MINUTE, send=again) == Delivered(sent=2)
    assert [target for target, _ in again.got] == ["mailto://b"]


async def test_one_source_in_trouble_does_not_hold_up_another(store: Store) -> None:
    happen(store, 1)
    (page,) = store.archive.admit(OTHER.name, [Link(url="https://other.example.gov.cn/1.html")], NOW)
    store.archive.record(page, saying(page, NOW, "别处", CREATED))
    targets = Targets()
    targets.broken = {"mailto://a": True}
    sources = watched("mailto://a") | {OTHER.name: replace(OTHER, notify=("mailto://b",))}
    done = await deliver(store.outbox, sources, NOW, send=targets)
    assert (done.sent, done.failed) == (1, 2)


async def test_server_that_recovers_gets_the_message(store: Store, site: Outside) -> None:
    """500 first, 200 a minute later: delivered once."""
    answers = iter([500, 200])
    seen: list[Asked] = []

    def respond(asked: Asked) -> Answer:
        seen.append(asked)
        return Answer(status=next(answers))

    site.answer("/hook", respond)
    happen(store, 1)
    sources = watched(f"webhook+{site.url('/hook')}")
    assert (await deliver(store.outbox, sources, NOW)).failed == 2
    assert (await deliver(store.outbox, sources, NOW + A_MINUTE)).sent == 2
    assert seen[0].body == seen[1].body
