import re

from hypothesis import given
from hypothesis import strategies as st

from wiretag.wire import Openings, WireRules, parse

RULES = WireRules.gather(
    [
        {
            "sector_footer": ["Sectors"],
            "topic_footer": ["Topics"],
            "disclaimer": ["provided by a third party"],
            "about": ["About {}", "{}について"],
            "contact": ["Media contact"],
            "follow": ["Follow {} on", "{}をフォロー"],
        },
        {"sector_footer": ["Branchen", "行业"], "about": ["Über {}"]},
    ],
    {
        "sector": {
            "fashion": ["Fashion, Luxury & Beauty"],
            "top-story": ["Top-Story"],
            "daily-news": ["Tagesnachrichten", "每日新闻"],
            "aerospace": ["항공우주·방산"],
        },
        "topic": {"trade": ["Trade"]},
    },
)
STORY = "Mill opens in Lund\nThe mill will employ forty people.\nBread follows in spring."
RAW = """(Nordwire) – Mill opens in Lund

The mill will employ forty people.
This release is provided by a third party. We vouch for nothing.
Bread follows in spring.

Sectors: Fashion, Luxury & Beauty, Top-Story, Baking
About Nordwire
Nordwire reaches 3,000 editors.
"""


def test_story_stands_apart_from_the_senders_words() -> None:
    item = parse(RAW, RULES)
    assert item.text == STORY
    assert item.declared == {"sector": ("fashion", "top-story")}
    assert item.unknown == {"sector": ("Baking",)}


def test_footer_never_reaches_the_features() -> None:
    assert parse(RAW.split("Sectors:")[0], RULES).text == STORY
    assert parse(RAW, RULES).text == STORY


def test_footers_of_other_languages() -> None:
    assert parse("Titel\nText hier.\nBranchen: Top-Story, Tagesnachrichten", RULES).declared == {
        "sector": ("top-story", "daily-news")
    }
    assert parse("标题\n正文。\n行业：每日新闻", RULES).declared == {"sector": ("daily-news",)}


def test_datelines_are_taken_off() -> None:
    for dateline in (
        "(Agency) – ",
        "LUND, 12 May (Agency) - ",
        "LUND, May 12, 2026 /Agency/ -- ",
        "【Agency】",
        "(LUND=Agency) ",
    ):
        assert parse(f"{dateline}Mill opens\nText.", RULES).text == "Mill opens\nText."
    assert parse("(Agency) LUND – Mill opens\nText.", RULES).text == "LUND – Mill opens\nText."


def test_contact_block_and_sender_paragraph_go() -> None:
    raw = "(Nordwire) – Mill opens\nFirst.\nSecond.\nNordwire delivers releases to 90 countries.\nMedia contact: a@example.org"
    assert parse(raw, RULES).text == "Mill opens\nFirst.\nSecond."


def test_invitations_to_follow_the_sender_go() -> None:
    lines = ["Why we follow birds on islands", "Follow Nordwire on Facebook and Instagram.", "公式アカウントをフォロー"]
    long = "Follow the coast road on foot and " + "further " * 40
    assert parse("\n".join([*lines, long]), RULES).text.splitlines() == [lines[0], long.strip()]


def test_sentences_that_look_like_headings_stay() -> None:
    raw = "Titel\nErster Absatz.\nÜber tausend Menschen kamen am Sonntag zum Fest auf den Markt.\nEnde."
    assert "Über tausend" in parse(raw, RULES).text


def test_plain_text_is_left_alone() -> None:
    assert parse("Just a text.", RULES).text == "Just a text."
    assert parse("", RULES).text == ""


def test_a_name_may_hold_what_separates_names() -> None:
    assert parse("Head\nText.\nSectors: 항공우주·방산 · Top-Story, Fashion, Luxury & Beauty", RULES).declared == {
        "sector": ("aerospace", "top-story", "fashion")
    }


def test_a_company_in_the_headline_is_no_dateline() -> None:
    raw = "Volkswagen (VW): profit rises\nVW said sales rose.\nVW raised its forecast.\nEnd."
    assert parse(raw, RULES).text == raw


PHRASES = st.text("ab {}:", max_size=6).map(lambda phrase: " ".join(phrase.split()))


@given(st.lists(PHRASES, max_size=4), PHRASES, st.sampled_from(["", r"\s*:?$", r"\s*(?::|$)"]))
def test_openings_match_what_one_pattern_of_all_would(phrases: list[str], line: str, ending: str) -> None:
    patterns = "|".join(re.escape(phrase).replace(r"\{\}", ".{1,60}") for phrase in phrases if phrase)
    expected = bool(patterns) and re.match(f"(?:{patterns}){ending}", line) is not None
    assert Openings(phrases, ending).match(line) == expected
