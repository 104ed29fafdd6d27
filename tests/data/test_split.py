from wiretag_data.dedup import near_duplicates
from wiretag_data.item import Item
from wiretag_data.split import grouped, split

LONG = "The harbour of the northern town will be dredged next year so that larger ferries can call there in winter"


def test_rewrites_are_found_and_strangers_are_not() -> None:
    other = "A choir of forty children opened the festival with songs from five valleys of the region on Sunday"
    assert near_duplicates([LONG, other, LONG + " again", ""]) == [0, 1, 0, 3]
    thai, chinese = "รัฐบาลประกาศมาตรการใหม่เพื่อช่วยเหลือเกษตรกร", "央行宣布下调存款准备金率以支持实体经济发展"
    assert near_duplicates([thai, chinese, thai + "วันนี้", chinese + "。"]) == [0, 1, 0, 1]


def test_no_text_stands_in_two_parts() -> None:
    texts = [f"{LONG} {'in the spring ' * (n % 3)}{n % 40}" for n in range(200)]
    parts = split(grouped([Item(f"x/{n}", text, "en", "x") for n, text in enumerate(texts)]))
    of_text = {part: {item.text for item in items} for part, items in parts.items()}
    assert not of_text["train"] & of_text["test"]
    assert not of_text["train"] & of_text["validation"]
    assert sum(map(len, parts.values())) == 200


def test_a_group_follows_its_test_member() -> None:
    items = [Item("a/1", LONG, "en", "a"), Item("b/1", LONG, "en", "b", part="test")]
    assert [item.id for item in split(grouped(items))["test"]] == ["a/1", "b/1"]


def test_dated_sources_are_split_by_time() -> None:
    items = [Item(f"a/{n}", f"word{n} " * 5, "en", "a", date=f"2026-01-{n + 1:02}") for n in range(30)]
    parts = split(items)
    assert max(item.date for item in parts["train"]) < min(item.date for item in parts["validation"])
