"""Tag news items with sectors and topics.

>>> from wiretag import Tagger
>>> tagger = Tagger.load("models/wiretag.safetensors")
>>> tags = tagger.tag("Hospital nurses give patients a new vaccine against the virus")
>>> tags.labels("topic")
['health']
"""

# Type checkers take this name for true; importing it from `typing` would double what `import wiretag` costs.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from wiretag.tagger import Span, Tag, Tagger, Tags

__all__ = ["Span", "Tag", "Tagger", "Tags", "__version__"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    # NumPy is loaded with the first use, so that `import wiretag` costs next to nothing.
    if name in __all__:
        from wiretag import tagger

        return getattr(tagger, name)
    raise AttributeError(f"module 'wiretag' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
