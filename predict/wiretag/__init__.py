"""Tag news items with sectors and topics.

>>> from wiretag import Tagger
>>> tagger = Tagger.load("models/wiretag.safetensors")  # doctest: +SKIP
>>> tagger.tag(open("file.txt").read()).to_dict()  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wiretag.tagger import Span, Tag, Tagger, Tags

__all__ = ["Span", "Tag", "Tagger", "Tags", "__version__"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # NumPy is loaded with the first use, so that `import wiretag` costs next to nothing.
    if name in __all__:
        from wiretag import tagger

        return getattr(tagger, name)
    raise AttributeError(f"module 'wiretag' has no attribute '{name}'")
