"""A Dask map over files of {"id", "text"} lines, each partition tagged as a whole.

    python predict/examples/dask_map.py 'archive/*.jsonl' tagged

The tagger goes to the workers as the path of its model file. Where they do not see that path, make it with `Tagger.loads`:
it takes the model along.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from dask.bag import Bag, read_text

from wiretag import Tagger

Item = dict[str, Any]


def tag_all(items: Iterable[Item], tagger: Tagger) -> Iterator[Item]:
    """Each item's id and tags."""
    listed = list(items)
    for item, tags in zip(listed, tagger.tag_many(item["text"] for item in listed), strict=True):
        yield {"id": item["id"], **tags.to_dict()}


def tagged(files: str, tagger: Tagger) -> Bag:
    """The answers for all lines of the files; nothing runs until they are asked for."""
    answers: Bag = read_text(files).map(json.loads).map_partitions(tag_all, tagger)
    return answers


if __name__ == "__main__":
    source, target = sys.argv[1:]
    tagged(source, Tagger.load("models/wiretag.safetensors")).map(json.dumps).to_textfiles(f"{target}/*.jsonl")
