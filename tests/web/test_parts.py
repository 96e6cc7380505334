"""A diff in pieces, folds and parts: nothing of either text is lost, and no answer is too large."""

from __future__ import annotations

import gzip
import random
import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.diff import diff
from crawler.model import Article
from store import open_store
from tests.web.shelf import QUIET
from tests.web.test_reading import pair
from web import folding, parts
from web.drawing import paragraphs, rows
from web.folding import paragraph_of, pieces
from web.language import Catalogue
from web.parts import part_of
from web.sides import pair as sides_of

LINES = st.lists(st.text("甲乙 ab12<&。", max_size=40), max_size=12)
WORDS = Catalogue(language="en")
MOST = 100_000


@pytest.fixture
def small(monkeypatch):
    """A paragraph is long, and a part full, with a few characters."""
    monkeypatch.setattr(folding, "STRETCH", 8)
    monkeypatch.setattr(folding, "KEPT", 2)
    monkeypatch.setattr(folding, "PIECE", 10)
    monkeypatch.setattr(parts, "DRAWN", 400)
    monkeypatch.setattr(parts, "_AT_ONCE", 10)


def hunks_of(before, after):
    return diff(Article(paragraphs=tuple(before)), Article(paragraphs=tuple(after))).hunks


def text_of(hunks, side, dropped):
    """One side of pieces, in order: its paragraphs by their places, in each the texts of its pieces."""
    found = {}
    for hunk in hunks:
        place = getattr(hunk, side)
        moved_away = hunk.op == "move" and hunk.spans[0].op == dropped
        if place is not None and hunk.op != dropped and not moved_away:
            found.setdefault(place, []).append("".join(span.text for span in hunk.spans if span.op != dropped))
    return "\n".join("".join(found[place]) for place in sorted(found))


def all_parts(hunks, **asked):
    found = [part_of(hunks, 1, **asked)]
    while found[-1].number < found[-1].count:
        found.append(part_of(hunks, found[-1].number + 1, **asked))
    return found


@pytest.mark.usefixtures("small")
class TestSmall:
    @pytest.mark.parametrize("folded", [True, False])
    @given(before=LINES, after=LINES)
    def test_all_parts_together_hold_both_texts(self, folded, before, after):
        """To the character, also across folds and where a paragraph goes on in the next part."""
        shown = all_parts(hunks_of(before, after), folded=folded)
        whole = [hunk for part in shown for one in part.blocks for hunk in one.block.hunks]
        assert text_of(whole, "before", "insert") == "\n".join(before)
        assert text_of(whole, "after", "delete") == "\n".join(after)
        assert folded or not any(one.block.folded for part in shown for one in part.blocks)

    @given(before=LINES, after=LINES)
    def test_two_sides_hold_both_texts(self, before, after):
        """The left one is the old text, the right one the new, piece by piece."""
        whole = [hunk for block in pieces(hunks_of(before, after)) for hunk in block.hunks]
        for name, texts, place in (("left", before, "before"), ("right", after, "after")):
            found = {}
            for hunk in whole:
                spans = getattr(sides_of(hunk), name)
                if spans is not None:
                    found.setdefault(getattr(hunk, place), []).append("".join(span.text for span in spans))
            assert "\n".join("".join(found[number]) for number in sorted(found)) == "\n".join(texts)

    @given(before=LINES, after=LINES)
    def test_what_is_folded_did_not_change(self, before, after):
        """And what changed is in some part, unfolded; what is left adds up."""
        shown = all_parts(hunks_of(before, after))
        for part in shown:
            for one in part.blocks:
                assert not one.block.folded or {span.op for hunk in one.block.hunks for span in hunk.spans} <= {"equal"}
        assert [part.number for part in shown] == list(range(1, len(shown) + 1))
        assert shown[-1].left == 0
        assert all(part.changed == shown[0].changed and part.left <= part.changed for part in shown)

    @given(before=LINES, after=LINES, at=st.integers(0, 600))
    def test_every_character_has_its_part(self, before, after, at):
        """The one that is led to from a fold begins no later than what was folded, and the next one behind it."""
        hunks = hunks_of(before, after)
        part = part_of(hunks, at=at, folded=False)
        following = part_of(hunks, part.number + 1, folded=False)
        assert part.number == 1 or part.blocks[0].at <= at
        assert following is None or following.blocks[0].at > at

    @given(before=LINES, after=LINES)
    def test_a_paragraph_begins_once(self, before, after):
        """All other pieces of it say that they go on."""
        shown = all_parts(hunks_of(before, after))
        drawn = "".join(
            paragraphs(one.block.hunks, WORDS, goes_on=one.goes_on) for part in shown for one in part.blocks
        )
        begun = len(re.findall(r'<p class="(?!\w+ on")', drawn))
        assert begun == len({paragraph_of(hunk) for part in shown for one in part.blocks for hunk in one.block.hunks})

    @given(before=LINES, after=LINES)
    def test_what_is_drawn_is_the_text(self, before, after):
        """Escaped once, with nothing between; a row has the same text as a paragraph, what did not change twice."""
        for block in pieces(hunks_of(before, after)):
            for hunk in block.hunks:
                text = "".join(span.text for span in hunk.spans)
                drawn = re.sub(
                    r'<span class="tag">[^<]*</span>|</?(?:p|ins|del)\b[^>]*>|\n$', "", paragraphs([hunk], WORDS)
                )
                assert unescape(drawn) == text
                assert rows([hunk], WORDS).count("<td>") == 2


def random_han(chance, count):
    return "".join(chr(chance.randrange(0x4E00, 0x9FA6)) for _ in range(count))


def letters(chance, count):
    return "".join(chance.choices("<>&\"' abc,", k=count))


def lines_of(text, each):
    return [text[place : place + each] for place in range(0, len(text), each)]


def shape(name):
    chance = random.Random(name)
    if name == "rewritten":
        return [random_han(chance, 50_000)], [random_han(chance, 50_000)]
    if name == "many lines":
        return lines_of(letters(chance, 40_000), 4), lines_of(letters(chance, 40_000), 4)
    if name == "tags":
        return lines_of(letters(chance, 50_000), 5000), lines_of(letters(chance, 50_000), 5000)
    text = lines_of(random_han(chance, 50_000), 250)
    return text, [
        line[:100] + random_han(chance, 1) + line[100:] if place % 6 == 0 else line for place, line in enumerate(text)
    ]


@pytest.mark.parametrize("name", ["rewritten", "many lines", "tags", "edited"])
@pytest.mark.parametrize("view", ["inline", "sides"])
def test_no_answer_is_too_large_and_together_they_are_whole(tmp_path, name, view):
    """However little can be compressed: each part is sent in less than 100,000 bytes, and leads to the next."""
    before, after = shape(name)
    with open_store(tmp_path) as store:
        ask = pair(store, "\n".join(before), "\n".join(after))
        path, came, went, count = f"/diff?url={QUIET}&a=1&b=2&view={view}", [], [], 0
        while path:
            answer = ask(path)
            assert answer.status_code == 200
            assert min(len(answer.content), len(gzip.compress(answer.content, 5))) < MOST
            body = answer.text.split("<main")[1]
            came += re.findall("<ins>(.*?)</ins>", body, re.DOTALL)
            went += re.findall("<del>(.*?)</del>", body, re.DOTALL)
            following = re.search(r'rel="next" href="([^"]*)"', body)
            path = following and unescape(following[1])
            count += 1
            assert f"Part {count} of" in body or count == 1
        if name == "rewritten":
            assert unescape("".join(went)) == before[0]
            assert unescape("".join(came)) == after[0]
        assert (count > 1) == (name != "edited")


def test_what_is_not_sent_folded_can_be_asked_for(tmp_path):
    """A long run that did not change is a link to the part that has all of it, at its place."""
    chance = random.Random(1)
    same = [random_han(chance, 300) for _ in range(200)]
    with open_store(tmp_path) as store:
        ask = pair(store, "\n".join(["旧的第一段。", *same]), "\n".join(["新的第一段。", *same]))
        text = ask(f"/diff?url={QUIET}&a=1&b=2").text
        link = unescape(re.search(r'<p class="folded"><a href="([^"]*)">', text)[1])
        assert link.endswith("#at")
        there = ask(link.removesuffix("#at"))
        assert re.search(r'<p id="at" class="equal">([^<]*)<', there.text)[1] == same[1]
        assert "Everything is shown" in there.text
        assert len(gzip.compress(there.content)) < MOST


def test_an_edit_in_one_huge_paragraph_is_shown_with_what_is_around_it(tmp_path):
    """The rest of it opens on demand, and says how much it is."""
    text = random_han(random.Random(2), 20_000)
    with open_store(tmp_path) as store:
        ask = pair(store, text, text[:10_000] + "改动" + text[10_000:])
        body = ask(f"/diff?url={QUIET}&a=1&b=2").text.split("<main")[1]
        assert re.findall(r"… ([\d,]+) unchanged characters …", body) == ["9,700", "9,700"]
        assert re.search(r'<p class="edit on">[^<]{150}<ins>改动</ins>[^<]{150}</p>', body)


@pytest.mark.parametrize(("query", "status"), [("part=2", 404), ("part=0", 422), ("at=99999", 200), ("at=-1", 422)])
def test_a_part_that_is_not_there(ask, query, status):
    assert ask(f"/diff?url={QUIET}&a=1&b=2&{query}").status_code == status
