"""Sources of labelled items. Each module describes one; `DEFAULT` are those of the default corpus, `EXTRA` can be added."""

from wiretag_data.sources import bbc, headlines, hub, lexicon, newsgroups, reuters, unlabelled, wire
from wiretag_data.sources.base import Source

DEFAULT: tuple[Source, ...] = (
    *wire.SOURCES,
    headlines.SOURCE,
    *lexicon.SOURCES,
    *unlabelled.SOURCES,
    reuters.SOURCE,
    bbc.SOURCE,
    newsgroups.SOURCE,
)
# What people with network access can add: name -> source.
EXTRA: dict[str, Source] = {source.name: source for source in (hub.AG_NEWS, hub.GNAD10)}
