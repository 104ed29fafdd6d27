"""Documents of newsrooms, read and written."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from wiretag import model as model_file
from wiretag.cli import predict
from wiretag.errors import InputError
from wiretag.formats import reader
from wiretag.formats.document import Story
from wiretag.formats.ninjs_writer import written
from wiretag.reading import declared
from wiretag.tagger import Tagger

HEADLINE, BODY = "Coach praises striker", ["The goal came late.", "The stadium sang & danced."]
STORY = "\n".join([HEADLINE, *BODY])

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Coach praises striker | The Example Herald</title>
<script>var bank = "profit";</script></head>
<body><header><h2>The Example Herald</h2></header><nav><a href="/money">Money</a> <a href="/health">Health</a></nav>
<article><header><h1>Coach  praises
striker</h1></header><p>The <b>goal</b> came late.</p><figure><img alt="a"><figcaption>A picture</figcaption></figure>
<div>The stadium sang &amp; danced.</div><aside>Read on: bank rates</aside></article>
<footer>Subscribe</footer></body></html>"""
RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Herald</title>
<item><title>Coach praises striker</title><guid>urn:herald:1</guid><description>Short.</description>
<content:encoded><![CDATA[<p>The goal came late.</p><p>The stadium sang &amp; danced.</p>]]></content:encoded></item>
<item><title>Bank raises rates</title><link>https://herald.example/2</link>
<description>Shares &lt;i&gt;fell&lt;/i&gt;.</description></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Herald</title>
<entry><id>urn:herald:1</id><title>Coach praises striker</title><content type="xhtml">
<div xmlns="http://www.w3.org/1999/xhtml"><p>The goal came late.</p><p>The stadium sang &amp; danced.</p></div></content></entry>
<entry><id>urn:herald:2</id><title type="html">Bank raises &lt;b&gt;rates&lt;/b&gt;</title>
<summary>Shares fell.</summary></entry></feed>"""
NITF_BODY = """<head><title>Other</title><docdata><doc-id id-string="herald-1"/></docdata></head><body><body.head>
<hedline><hl1>Coach praises striker</hl1></hedline><byline>By A. Writer</byline></body.head>
<body.content><p>The <em>goal</em> came late.</p><media><media-caption>A picture</media-caption></media>
<p>The stadium sang &amp; danced.</p></body.content></body>"""
NITF = f"""<?xml version="1.0"?><!DOCTYPE nitf SYSTEM "http://127.0.0.1:9/nitf-3-6.dtd"><nitf>{NITF_BODY}</nitf>"""
NEWSML = """<?xml version="1.0"?><newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:newsml:herald:1">
<itemMeta><title>Slug</title></itemMeta><contentMeta><headline>Coach praises striker</headline></contentMeta>
<contentSet><inlineXML contenttype="application/{kind}+xml">{inline}</inlineXML></contentSet></newsItem>"""
XHTML = """<html xmlns="http://www.w3.org/1999/xhtml"><head><title>t</title></head><body><h1>Coach praises striker</h1>
<p>The goal came late.</p><p>The stadium sang &amp; danced.</p></body></html>"""
NINJS_1 = {"uri": "urn:herald:1", "headline": HEADLINE, "body_text": "\n\n".join(BODY)}
NINJS_3 = {
    "uri": "urn:herald:1",
    "headlines": [{"role": "sub", "value": "Late"}, {"role": "main", "value": HEADLINE}],
    "bodies": [{"contentType": "text/html", "value": "<p>The goal came late.</p><p>The stadium sang &amp; danced.</p>"}],
}


def read(document: str) -> list[Story]:
    return reader.read(document.encode(), "it").stories


@pytest.mark.parametrize(
    ("document", "name"),
    [
        (PAGE, None),
        (NITF, "herald-1"),
        (NEWSML.format(kind="xhtml", inline=XHTML), "urn:newsml:herald:1"),
        (NEWSML.format(kind="nitf", inline=f"<nitf>{NITF_BODY}</nitf>"), "urn:newsml:herald:1"),
        (json.dumps(NINJS_1), "urn:herald:1"),
        (json.dumps(NINJS_3), "urn:herald:1"),
    ],
    ids=["html", "nitf", "newsml-xhtml", "newsml-nitf", "ninjs-1", "ninjs-3"],
)
def test_the_story_is_read_and_nothing_around_it(document: str, name: str | None) -> None:
    assert read(document) == [Story(STORY, name)]


@pytest.mark.parametrize(("feed", "second"), [(RSS, "https://herald.example/2"), (ATOM, "urn:herald:2")])
def test_a_feed_gives_a_story_an_entry(feed: str, second: str) -> None:
    assert read(feed) == [Story(STORY, "urn:herald:1"), Story("Bank raises rates\nShares fell.", second)]


def test_an_endless_entry_of_a_feed_costs_the_others_nothing() -> None:
    endless = RSS.replace("<p>The goal came late.</p>", "<p>The <b>goal</b> came late.</p>" * 2000)
    first, second = read(endless)
    assert first.text.startswith("Coach praises striker\nThe goal came late.")
    assert second.text == "Bank raises rates\nShares fell."


def test_plain_text_in_newsml_has_its_title_from_what_is_said_of_the_item() -> None:
    newsml = """<newsItem guid="urn:herald:1"><itemMeta><title>Coach praises striker</title></itemMeta><contentSet>
    <inlineData contenttype="{}">{}</inlineData></contentSet></newsItem>"""
    assert read(newsml.format("text/plain", "The goal came late.\nThe stadium sang &amp; danced.")) == [
        Story(STORY, "urn:herald:1")
    ]
    html = "&lt;p>The goal came late.&lt;p>The stadium sang &amp;amp; danced."
    assert read(newsml.format("text/html", html)) == [Story(STORY, "urn:herald:1")]


def test_a_list_of_ninjs_has_a_story_an_object() -> None:
    found = reader.read(json.dumps([NINJS_1, NINJS_3]).encode(), "it")
    assert found.several
    assert found.stories == [Story(STORY, "urn:herald:1")] * 2


@pytest.mark.parametrize("text", ["[]", "[1, 2]", '[{"headline": "Late"}, 5]', "[Agency] Coach praises striker"])
def test_other_text_in_brackets_is_text(text: str) -> None:
    assert read(text) == [Story(text)]


def test_of_ninjs_without_a_body_the_description_is_read() -> None:
    described = {"headline": HEADLINE, "description_text": "\n\n".join(BODY)}
    assert read(json.dumps(described)) == [Story(STORY)]


def test_a_message_gives_each_of_its_items() -> None:
    item = NEWSML.format(kind="xhtml", inline=XHTML).removeprefix('<?xml version="1.0"?>')
    message = f'<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>{item}{item}</itemSet></newsMessage>'
    assert [story.text for story in read(message)] == [STORY] * 2


def test_content_decides_and_not_the_name(model_path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "feed.txt"
    file.write_text(RSS)
    assert predict([str(file)], as_json=True, model=str(model_path)) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["id"] for answer in answers] == ["urn:herald:1", "https://herald.example/2"]
    assert [answer["topic"][0]["label"] for answer in answers] == ["sport", "money"]


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script> striker", "< 5 goals", '{"text": "striker"}', "{striker", "<unknown> x"]
)
def test_text_that_only_looks_like_markup_stays_as_it_is(text: str) -> None:
    assert read(text) == [Story(text)]


@pytest.mark.parametrize(
    "document",
    [
        PAGE.replace("utf-8", "iso-8859-1").replace("late", "spät – spät").encode("cp1252"),
        NITF.replace('"1.0"', '"1.0" encoding="windows-1252"').replace("late", "spät – spät").encode("cp1252"),
        NITF.replace('"1.0"', '"1.0" encoding="gb18030"').replace("late", "spät – spät").encode("gb18030"),
        NITF.replace("late", "spät – spät").encode("utf-16"),
        NITF.replace("late", "spät – spät").encode("utf-8-sig"),
    ],
    ids=["html", "xml", "xml-chinese", "utf-16", "byte-order-mark"],
)
def test_the_encoding_that_a_document_names_is_used(document: bytes) -> None:
    assert "spät – spät" in reader.read(document, "it").stories[0].text


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("<rss><item>", "not well-formed"),
        ('<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><rss>&b;</rss>', "entities"),
        ('<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/hostname">]><rss><item><title>&a;</title></item></rss>', "entities"),
        ("<rss>" + "<a>" * 100_000, "deep"),
        ("<html>" + "<div>" * 30_000, "elements"),
        ("<html>" + "<a " * 300_000, "elements"),
        ("<?xml version='1.0'?><invoice/>", "invoice"),
        ("<rss><channel/></rss>", "holds no text"),
        ("<newsItem/>", "holds no text"),
        ("<html><script>x</script></html>", "holds no text"),
        ('{"headlines": 5, "bodies": [5, {"value": 5}]}', "holds no text"),
        ('<?xml version="1.0" encoding="klingon"?><rss/>', "encoding"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(document: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        read(document)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(("document", "missing"), [(PAGE, "selectolax"), (RSS, "defusedxml")])
def test_without_the_extra_it_says_what_to_install(model_path: Path, tmp_path: Path, document: str, missing: str) -> None:
    file = tmp_path / "item"
    file.write_text(document)
    code = f"import sys; sys.modules.update({{'{missing}': None, '{missing}.lexbor': None, '{missing}.common': None}})"
    command = [
        sys.executable,
        "-c",
        f"{code}; from wiretag.cli import predict; sys.exit(predict([sys.argv[1]], model=sys.argv[2]))",
    ]
    done = subprocess.run([*command, file, model_path], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "pip install 'wiretag[formats]'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def coded(tagger: Tagger) -> Tagger:
    """The small model, of which two labels have a code, one and the same, and one has none."""
    codes = {"topic": {"sport": ("15000000",), "money": ("15000000", "04000000")}}
    return Tagger(replace(tagger.model, iptc=codes))


def test_ninjs_has_media_topics_as_subjects(coded: Tagger) -> None:
    found = written("urn:herald:1", STORY, coded.tag(STORY, threshold=0.0), coded.model)
    assert (found["uri"], found["type"], found["standard"]["version"]) == ("urn:herald:1", "text", "3.0")
    assert found["headlines"] == [{"role": "main", "value": HEADLINE}]
    assert found["bodies"][0]["value"] == "\n".join(BODY)
    subjects = {own["literal"]: own for own in found["subjects"]}
    assert set(subjects) == {"medtop:15000000", "medtop:04000000", "topic:health"}
    assert subjects["medtop:15000000"]["uri"] == "http://cv.iptc.org/newscodes/mediatopic/15000000"
    assert subjects["medtop:15000000"]["name"] == "sport"
    assert "uri" not in subjects["topic:health"]
    assert all(isinstance(own["confidence"], int) and 0 <= own["confidence"] <= 100 for own in found["subjects"])


def test_of_ninjs_the_first_texts_that_are_not_blank_are_read() -> None:
    many = {"headlines": [{"value": " "}, {"value": HEADLINE}], "bodies": [{"role": "main", "value": ""}, {"value": BODY[0]}]}
    one = {"headline": "", "headline_web": HEADLINE, "body_text": "", "body_xhtml": f"<p>{BODY[0]}</p>"}
    for record in (many, one):
        assert [own.text for own in read(json.dumps(record))] == [f"{HEADLINE}\n{BODY[0]}"]


def test_ninjs_that_was_written_can_be_read(coded: Tagger) -> None:
    assert read(json.dumps(written("urn:herald:1", STORY, coded.tag(STORY), coded.model))) == [Story(STORY, "urn:herald:1")]


def test_ninjs_has_the_members_that_its_schema_allows(coded: Tagger) -> None:
    (nitf,), (page,), (ninjs,) = read(NITF), read(PAGE), read(json.dumps(NINJS_3))
    for name, text in ((None, "目標 goal"), (None, "a"), *((own.id, own.text) for own in (nitf, page, ninjs))):
        found = json.loads(json.dumps(written(name, text, coded.tag(text, threshold=0.0), coded.model)))
        assert set(found) == {"uri", "standard", "type", "language", "headlines", "bodies", "subjects"}
        assert set(found["standard"]) == {"name", "version", "schema"}
        assert all(isinstance(value, str) for value in (found["uri"], found["language"], *found["standard"].values()))
        for part in (*found["headlines"], *found["bodies"]):
            assert {"value"} <= set(part) <= {"value", "role", "contentType"}
            assert all(isinstance(value, str) for value in part.values())
        for subject in found["subjects"]:
            assert set(subject) - {"uri"} == {"name", "rel", "literal", "creator", "confidence"}
            assert all(isinstance(value, int if key == "confidence" else str) for key, value in subject.items())
            assert 0 <= subject["confidence"] <= 100


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("urn:herald:1", "urn:herald:1"),
        ("http://me@a.example:80/b;c?d=/?#e?f", "http://me@a.example:80/b;c?d=/?#e?f"),
        ("https://a.example/Zölle/%41", "https://a.example/Z%C3%B6lle/%41"),
        ("tag:a.example,2020:目", "tag:a.example,2020:%E7%9B%AE"),
    ],
)
def test_a_name_that_is_a_uri_stays_one_and_an_iri_becomes_its_uri(coded: Tagger, name: str, uri: str) -> None:
    assert written(name, STORY, coded.tag(STORY), coded.model)["uri"] == uri


@pytest.mark.parametrize(
    "name", ["herald-1", "a b:c", ":a", "1a:b", "urn:a|b", r"C:\a", "a:%zz", "a:b#c#d", "http://a:port/", "http://[a", "urn:a\n"]
)
def test_a_name_that_is_no_uri_gets_one(coded: Tagger, name: str) -> None:
    first, again, other = (written(own, STORY, coded.tag(STORY), coded.model)["uri"] for own in (name, name, name + "2"))
    assert first.startswith("urn:uuid:")
    assert first == again != other


def test_the_same_text_has_the_same_uri(coded: Tagger) -> None:
    first, again, other = (written(None, text, coded.tag(text), coded.model)["uri"] for text in (STORY, STORY, HEADLINE))
    assert first == again != other
    assert first.startswith("urn:uuid:")


def test_predict_writes_ninjs(coded: Tagger, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model_file.save(coded.model, tmp_path / "coded.safetensors")
    file = tmp_path / "item.txt"
    file.write_text(STORY)
    command = [sys.executable, "-m", "wiretag.cli", "--format", "ninjs", file, "--model", tmp_path / "coded.safetensors"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "medtop:15000000" in [own["literal"] for own in json.loads(done.stdout)["subjects"]]
    assert predict([str(file)], ninjs=True, as_json=True, model=str(tmp_path / "coded.safetensors")) == 2
    assert "--json" in capsys.readouterr().err


def test_codes_are_kept_in_the_model_file_and_may_be_missing(coded: Tagger, tagger: Tagger, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    model_file.save(coded.model, path)
    assert model_file.load(path).iptc == coded.model.iptc
    model_file.save(tagger.model, path)
    assert model_file.load(path).iptc == {}


@pytest.mark.parametrize("encoding", ["punycode", "idna", "unicode_escape", "rot13", "zlib"])
def test_a_document_cannot_name_a_codec_in_which_no_document_is_written(encoding: str) -> None:
    document = f"<?xml version='1.0' encoding='{encoding}'?><nitf><body><hl1>Zölle</hl1></body></nitf>"
    (found,) = reader.read(document.encode(), "x").stories
    assert found.text == "Zölle"


def test_encodings_of_documents_are_heeded() -> None:
    for encoding in (
        "utf-8",
        "UTF-16LE",
        "iso-8859-1",
        "windows-1252",
        "koi8-r",
        "gb18030",
        "big5",
        "euc-kr",
        "shift_jis",
        "tis-620",
    ):
        assert declared(encoding) == encoding


def test_pictures_of_a_feed_are_not_its_stories() -> None:
    media = 'xmlns:media="http://search.yahoo.com/mrss/"'
    picture = f'<media:content {media} url="a.jpg"><media:title>A photo</media:title></media:content>'
    elsewhere = '<content type="image/jpeg" src="a.jpg"/>'
    (rss,) = read(f"<rss><item>{picture}<title>{HEADLINE}</title><description>{BODY[0]}</description></item></rss>")
    (atom,) = read(f"<feed><entry><title>{HEADLINE}</title>{elsewhere}<summary>{BODY[0]}</summary></entry></feed>")
    assert rss.text == atom.text == f"{HEADLINE}\n{BODY[0]}"


@pytest.mark.parametrize("start", ["<strong>Late:</strong>", "<a href='#'>Late:</a>", "<h2>Late:</h2>"])
def test_a_piece_of_a_page_is_html_whatever_it_begins_with(start: str) -> None:
    (own,) = read(f"{start} <p>{BODY[0]}</p>")
    assert own.text.split() == f"Late: {BODY[0]}".split()
