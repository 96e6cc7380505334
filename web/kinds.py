"""What each kind of Finding means, and what to do about it, in two sentences; docs/findings has the whole of it."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.model import FindingKind
from web.language import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """What a kind of Finding means, and what a reader does about it."""

    means: str
    do: str


EXPLAINED: dict[FindingKind, Explained] = {
    FindingKind.SPAM_BLOCK: Explained(
        means=N_(
            "A run of junk keywords or links stands on the page. Somebody else put it there, so that search "
            "engines connect the site with those words."
        ),
        do=N_(
            "Compare with the version before. Where the block is new, tell the site: its content system or a "
            "shared template has been broken into."
        ),
    ),
    FindingKind.HIDDEN_LINK: Explained(
        means=N_(
            "Links to other sites, about gambling, pornography or other junk, that the page keeps from being seen."
        ),
        do=N_(
            "Look the hosts up, and do not open them in your own browser. Ask the site whether the links are its own."
        ),
    ),
    FindingKind.BRAND_HIJACK: Explained(
        means=N_(
            "The page's name has been taken over: a casino or another trade stands in the title, the keywords "
            "or the description, where search engines read it."
        ),
        do=N_("Look at the page as a search engine shows it: the takeover often shows nowhere else. Tell the site."),
    ),
    FindingKind.REDIRECT_OR_CLOAK: Explained(
        means=N_(
            "The page sends its reader to another site, or shows search engines or their visitors something "
            "that others do not see."
        ),
        do=N_(
            "Fetch the page as a visitor from a search engine would, and compare. Where the target is not the "
            "site's own, tell the site."
        ),
    ),
    FindingKind.DEFACED: Explained(
        means=N_("A vandal has put a poster in place of the page."),
        do=N_("Compare with the version before, and tell the site at once."),
    ),
    FindingKind.TOPIC_SWAP: Explained(
        means=N_("The text of the page was replaced by another on something else."),
        do=N_(
            "Read both versions. Where the new text advertises or links to other sites, treat the page as taken over."
        ),
    ),
    FindingKind.FAKE_DOCUMENT: Explained(
        means=N_("The text has the form of an official document, and offers what no office offers."),
        do=N_(
            "Read it beside the office's own notices and its document numbers. Treat the page as taken over, "
            "and tell the site at once: its readers lose money."
        ),
    ),
    FindingKind.FORGED_INSERTION: Explained(
        means=N_(
            "Somebody wrote a few words of their own into a text that was published earlier: a person's name, "
            "a title, a company."
        ),
        do=N_(
            "Read the two versions side by side, ask the office that issued the text, and look for the same "
            "text elsewhere."
        ),
    ),
    FindingKind.PINYIN_GLOSS: Explained(
        means=N_(
            "A reposting machine has put readings in brackets behind common characters, so that the copy "
            "differs from the original."
        ),
        do=N_("Read the text with the repairs, and look for the original: this is a copy."),
    ),
    FindingKind.INLINE_NOISE: Explained(
        means=N_(
            "Emoji or invisible characters were sown between the characters of a text, or pieces stand in it "
            "that are not its own, such as buttons and category names."
        ),
        do=N_("Read the text without the pieces."),
    ),
    FindingKind.MECHANICAL_TRADITIONAL: Explained(
        means=N_("Simplified Chinese has been turned into Traditional by a machine that goes by single characters."),
        do=N_("The text comes from a mainland original: compare with that."),
    ),
    FindingKind.SCRIPT_MIX: Explained(
        means=N_("Single simplified characters stand inside a Traditional text, or the other way round."),
        do=N_(
            "Look whether the strays come together in one passage: it may have been put in later, or "
            "converted only in part."
        ),
    ),
    FindingKind.CHAR_SPIN: Explained(
        means=N_("A machine has swapped single characters, so that a copy passes for an original."),
        do=N_("Read the text with the repairs, and look for the original."),
    ),
    FindingKind.WORD_SPIN: Explained(
        means=N_("A machine has swapped whole words, such as an English word inside a Chinese sentence."),
        do=N_("Look for the original."),
    ),
    FindingKind.WORD_DELETION: Explained(
        means=N_("A word was taken out, and what stands around the place cannot stand alone."),
        do=N_("Compare with the original: names and offices are removed first."),
    ),
    FindingKind.GBK_SHIFT: Explained(
        means=N_("A byte was lost or added in a text in GBK, and what follows was read one byte late."),
        do=N_("Read the repair against the sense of the sentence. The damage usually came about before publication."),
    ),
    FindingKind.MOJIBAKE: Explained(
        means=N_(
            "A stretch was decoded with the wrong charset before it was published, and stands on the page as gibberish."
        ),
        do=N_("Read the repair. Where the whole page is affected, look at the charset that it declares first."),
    ),
    FindingKind.GLYPH_LOSS: Explained(
        means=N_("A character could not be shown and became a question mark, or a mark of punctuation is gone."),
        do=N_("Read the original, or look at the charset: bytes that do not fit it leave such marks."),
    ),
    FindingKind.NUMBER_DAMAGE: Explained(
        means=N_("Part of a date, a range or an amount is gone."),
        do=N_("Take the figure from the original, and do not quote it from here."),
    ),
    FindingKind.ENCODING_CONFLICT: Explained(
        means=N_("The charset that the server or the page declares is not the one that it is written in."),
        do=N_("Nothing for the reader: the text has been decoded rightly. The site should declare what it sends."),
    ),
    FindingKind.BROKEN_PARAGRAPH: Explained(
        means=N_("A paragraph ends in the middle of a sentence."),
        do=N_("Nothing, as a rule. It says that the text went through a conversion."),
    ),
    FindingKind.DUPLICATE_TEXT: Explained(
        means=N_("A passage stands on the page twice, or a word of grammar is doubled."),
        do=N_("Look whether a paragraph was pasted twice, or a caption slipped into the text."),
    ),
    FindingKind.DATE_CONFLICT: Explained(
        means=N_("The date that a reader sees is not the one in the page's own meta tags."),
        do=N_(
            "The date that is shown counts. Where it changes without the text, see the history: pages are "
            "sometimes redated."
        ),
    ),
    FindingKind.FLIP_FLOP: Explained(
        means=N_("The page says one of two texts by turns, as two servers that do not agree would make it."),
        do=N_("Compare the two versions. The note resolves by itself when the page has said the same at six visits."),
    ),
    FindingKind.LYING_VALIDATORS: Explained(
        means=N_(
            "The page's ETag and Last-Modified do not change with its text, so that a server could answer "
            "that nothing changed although it did."
        ),
        do=N_("Nothing: the page is asked for whole from then on, and its changes are told at once."),
    ),
}
