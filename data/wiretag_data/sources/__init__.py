"""Sources of labelled items. Each module describes one; `DEFAULT` are those of the default corpus, in order."""

from wiretag_data.sources import bbc, lexicon, newsgroups, reuters, wire
from wiretag_data.sources.base import Source

DEFAULT: tuple[Source, ...] = (*wire.SOURCES, *lexicon.SOURCES, reuters.SOURCE, bbc.SOURCE, newsgroups.SOURCE)
