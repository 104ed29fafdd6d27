"""Everything that wiretag raises on purpose.

    WiretagError                a sentence for the person at the keyboard
    ├── InputError              an item cannot be read (missing, empty, binary, wrong encoding)
    ├── ModelError              a model file is missing, damaged, foreign or too new
    ├── DataError               labelled data cannot be read or is not enough to train on
    └── UsageError              options that do not fit together

`cli` turns them into one line on standard error and an exit code.
"""


class WiretagError(Exception):
    """Base of all errors whose message is meant for the user."""


class InputError(WiretagError):
    """An item cannot be read or has no text."""


class ModelError(WiretagError):
    """A model file is missing, damaged, foreign, or of an unknown format."""


class DataError(WiretagError):
    """Labelled data cannot be read, or is not enough to train on."""


class UsageError(WiretagError):
    """Options that do not fit together."""
