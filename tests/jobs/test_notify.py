"""What happened reaches those who asked to hear of it: once, in one message, later if need be, and never in silence.

Over real HTTP on loopback, out of a real store.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from crawler.model import FindingKind
from jobs.notify import (
    BACKOFF,
    MAX_ATTEMPTS,
    NOTIFIERS,
    Delivered,
    Delivery,
    Message,
    NotifyFailed,
    deliver,
    name_of,
    send,
)
from store import Store
from tests.jobs.told import A_MINUTE, Targets, happen, happen_elsewhere, watched
from tests.outside import Answer, Asked, Outside, Wire
from tests.store.verdicts import NOW, SOURCE, change, finding, saying
from web import create_app

pytestmark = pytest.mark.anyio
HELLO = Message(subject="press: one change", body="一条\nhttps://x.example/1", payload=({"kind": "edited"},))


@pytest.fixture
def site() -> Iterator[Outside]:
    with Outside() as outside:
        yield outside


# ---- one message ---------------------------------------------------------------------------------------------------


async def test_webhook_is_posted_as_signed_json(site: Outside) -> None:
    """A receiver that knows the secret can tell that the message is ours, unaltered and recent."""
    site.page("/hook", b"", status=204)
    await send(f"webhook+{site.url('/hook?room=1').replace('://', '://s%2Fcret@')}", HELLO)
    (asked,) = site.requests
    assert (asked.method, asked.path) == ("POST", "/hook?room=1")
    said = {"id": HELLO.id, "subject": HELLO.subject, "body": HELLO.body, "items": [{"kind": "edited"}]}
    assert json.loads(asked.body) == said
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
    ("target", "shown"),
    [
        ("webhook+https://topsecret@example.org:8/topsecret?x=topsecret", "webhook+https://example.org:8"),
        ("mailto://user:topsecret@example.org?to=desk@example.org", "mailto://example.org"),
        ("json://[::1]:80/topsecret", "json://[::1]:80"),
        ("webhook+https://top/secret@example.org/", "webhook+https://…"),
        ("mailto://user:12?topsecret@example.org", "mailto://…"),
        ("mailto://example.org", "mailto://example.org"),
        ("https://to#secret@example.org/", "https://…"),
        ("slack://topsecret/topsecret", "slack://…"),
        ("tgram://topsecret", "tgram://…"),
        ("user:topsecret@example.org", "a target without a scheme"),
    ],
)
def test_of_an_address_no_more_is_shown_than_its_host(target: str, shown: str) -> None:
    """Also where it is not written as it should be."""
    assert name_of(target) == shown


async def test_what_a_receiver_answers_is_not_waited_for_without_end(site: Outside) -> None:
    """Neither a body that never ends nor headers that come one by one."""

    def endless(wire: Wire) -> None:
        wire.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            wire.send(b"x" * 65536)

    def dripping(wire: Wire) -> None:
        while True:
            wire.send(b"H")
            wire.pause(0.01)

    site.raw("/endless", endless)
    site.raw("/dripping", dripping)
    await send(f"webhook+{site.url('/endless')}", HELLO, deadline=5)
    with pytest.raises(NotifyFailed, match=r"did not answer in 0\.2 s") as failed:
        await send(f"webhook+{site.url('/dripping')}", HELLO, deadline=0.2)
    assert failed.value.retryable


async def test_a_chat_that_takes_no_more_gets_what_it_takes(site: Outside) -> None:
    """It would refuse the whole for ever. Who writes `overflow` has it as it says."""
    site.page("/in", b"")
    await send(f"json://127.0.0.1:{site.port}/in", Message(subject="a", body="长" * 40_000))
    (asked,) = site.requests
    assert 30_000 < len(json.loads(asked.body)["message"]) <= 32_768
    await send(f"json://127.0.0.1:{site.port}/in?overflow=split", Message(subject="a", body="长" * 40_000))
    assert len(site.requests) == 3


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


async def test_a_webhook_is_told_what_the_api_shows(store: Store, site: Outside) -> None:
    """Whoever was told of it by one finds the same in the other, field by field."""
    site.page("/hook", b"")
    (page,) = happen(store, 1)
    found = finding("赌场", FindingKind.HIDDEN_LINK, evidence={"url": "http://x.example/", "many": [1, {"a": None}]})
    edit = change(1, 2, significance=0.25, fields=("title", "body"), added=3, removed=4, summary="一处\n改动")
    store.archive.record(page, saying(page, NOW + A_MINUTE, "第二稿", edit, findings=(found,)))
    await deliver(store.outbox, watched(f"webhook+{site.url('/hook')}"), NOW + A_MINUTE)
    told = [item for request in site.requests for item in json.loads(request.body)["items"]]
    app = create_app(store.history, clock=lambda: NOW)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        shown = {name: (await client.get(f"/api/v1/{name}")).json() for name in ("changes", "findings")}
    # The first finding is resolved by now, which a webhook is not told.
    (resolved,) = [one for one in shown["findings"] if one["resolved_at"]]
    resolved["resolved_at"] = None
    for name, what in (("changes", "change"), ("findings", "finding")):
        items = _of_kind(told, what)
        assert len(items) == 2
        assert items == [{key: value for key, value in one.items() if key != "id"} for one in shown[name][::-1]]


def _of_kind(told: list[dict[str, object]], what: str) -> list[dict[str, object]]:
    """The items of one kind without what is only a webhook's, in the order in which they happened."""
    bare = [
        {key: value for key, value in one.items() if key not in {"id", "what"}} for one in told if one["what"] == what
    ]
    return sorted(bare, key=lambda one: str(one.get("at") or one.get("opened_at")))


async def test_nobody_to_tell_is_nothing_to_do(store: Store) -> None:
    """A source that notifies nobody does not fill the outbox for ever."""
    happen(store)
    targets = Targets()
    assert await deliver(store.outbox, watched(), NOW, send=targets) == Delivered()
    assert (store.outbox.waiting(), targets.got) == (0, [])


async def test_what_another_configuration_knows_is_left_to_it_for_a_week(store: Store) -> None:
    """A `check` with other sources on the same database is no reason to lose what the daemon is about to tell."""
    happen(store)
    targets = Targets()
    delivery = Delivery(store.outbox, send=targets)
    assert await delivery.run({}, NOW) == Delivered()
    assert store.outbox.pending(NOW + 59 * A_MINUTE) == ()
    assert await delivery.run(watched("mailto://a"), NOW + 60 * A_MINUTE) == Delivered(sent=3)
    happen(store, at=NOW + A_MINUTE)
    assert await deliver(store.outbox, {}, NOW + timedelta(days=7), send=targets) == Delivered()
    assert store.outbox.waiting() == 3
    assert await deliver(store.outbox, {}, NOW + timedelta(days=7, minutes=1), send=targets) == Delivered()
    assert store.outbox.waiting() == 0


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
    happen_elsewhere(store)
    targets = Targets()
    targets.broken = {"mailto://a": True}
    sources = watched("mailto://a", other=("mailto://b",))
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
