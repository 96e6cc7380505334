"""Who may come in, on both databases: what the store keeps of them and when it lets them in no more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crawler.errors import ConfigurationError, NotKnown
from store import People, Person, Role
from tests.store.conftest import OpenIt
from tests.store.verdicts import NOW

DAY = timedelta(days=1)


@pytest.fixture
def people(open_it: OpenIt) -> People:
    return open_it().people


def test_nobody_is_there_until_somebody_is_added(people: People) -> None:
    assert (people.ever(), people.anyone_can(NOW)) == ((False, False), False)
    people.add("林", Role.EDITOR, "hash", NOW)
    assert (people.ever(), people.anyone_can(NOW)) == ((True, False), True)
    with pytest.raises(ConfigurationError, match="already"):
        people.add("林", Role.READER, "other", NOW)
    assert people.password_of("林") == "hash"
    assert people.password_of("nobody\0") is None


def test_who_is_disabled_is_out_at_once_and_stays_on_the_list(people: People) -> None:
    people.add("lin", Role.EDITOR, "hash", NOW)
    people.begin("s", "lin", NOW, NOW + DAY)
    people.add_token("t", "feeds", Role.READER, NOW, None, "lin")
    assert people.of_session("s", NOW) == Person(name="lin", role=Role.EDITOR)
    assert people.of_token("t", NOW) == Person(name="lin", role=Role.READER)
    people.disable("lin", NOW + DAY / 2)
    assert people.of_session("s", NOW + DAY / 2) is None
    assert people.of_token("t", NOW + DAY / 2) is None
    assert people.password_of("lin") is None
    with pytest.raises(NotKnown):
        people.begin("s2", "lin", NOW, NOW + DAY)
    people.disable("lin", NOW + DAY)
    assert [view.disabled_at for view in people.listed()] == [NOW + DAY / 2], "the first time counts"
    assert people.ever() == (True, True)
    assert not people.anyone_can(NOW)
    people.set_password("lin", "new")
    assert people.password_of("lin") == "new"


def test_sessions_run_out_and_are_forgotten(people: People) -> None:
    people.add("lin", Role.READER, "hash", NOW)
    people.begin("old", "lin", NOW, NOW + DAY)
    assert people.of_session("old", NOW + DAY - timedelta(seconds=1)) == Person(name="lin", role=Role.READER)
    assert people.of_session("old", NOW + DAY) is None
    people.begin("new", "lin", NOW + DAY, NOW + 2 * DAY)
    people.end("new")
    assert people.of_session("new", NOW + DAY) is None


def test_a_token_expires_and_its_name_can_be_used_again_when_revoked(people: People) -> None:
    people.add_token("t", "feeds", Role.EDITOR, NOW, NOW + DAY)
    assert people.of_token("t", NOW) == Person(name="token feeds", role=Role.EDITOR)
    assert people.anyone_can(NOW)
    assert not people.anyone_can(NOW + DAY)
    with pytest.raises(ConfigurationError, match="already"):
        people.add_token("u", "feeds", Role.READER, NOW, None)
    people.revoke("feeds", NOW)
    people.add_token("u", "feeds", Role.READER, NOW + DAY, None)
    assert people.of_token("t", NOW) is None
    assert [(view.role, view.revoked_at) for view in people.tokens()] == [(Role.READER, None), (Role.EDITOR, NOW)]
    with pytest.raises(NotKnown):
        people.revoke("other", NOW)
    with pytest.raises(NotKnown):
        people.add_token("v", "third", Role.READER, NOW, None, "nobody")


def test_what_was_done_is_told_newest_first_whatever_it_says(people: People) -> None:
    hostile = "\0\ud800 <script>"
    people.note("lin", "acknowledged", hostile, {"why": hostile}, NOW)
    people.note("wu", "silenced", "b", {}, NOW)
    assert [(deed.who, deed.what) for deed in people.deeds()] == [("wu", "silenced"), ("lin", "acknowledged")]
    (deed,) = people.deeds(who="lin", limit=1)
    assert (deed.target, deed.detail) == (hostile, {"why": hostile})
