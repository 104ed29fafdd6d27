"""Write predict/wiretag/page/page.js: the page and the runtime under it as one classic script, which runs from a disk, too.

Browsers load no modules from ``file:``. Each module becomes a function that gives what it exports; the forms of import and
export that predict/js uses are all that is understood, and any other is an error.
"""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
JS = ROOT / "predict" / "js"
TARGET = ROOT / "predict" / "wiretag" / "page" / "page.js"
IMPORT = re.compile(r'^import \{ ([^}]+) \} from "([^"]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:const|function\*?|class) (?:(\w+)|\[([^\]]+)\]))", re.MULTILINE)
LEFT_OVER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def bundle(entry: Path) -> str:
    """The entry and all that it imports, in the order in which they are needed."""
    done: dict[Path, str] = {}
    _add(entry.resolve(), done)
    head = "// Made by tests/make_page.py from predict/js; change it there.\n"
    return head + '"use strict";\n(() => {\n' + "".join(done.values()) + "})();\n"


def _add(path: Path, done: dict[Path, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for match in IMPORT.finditer(text):
        imported = (path.parent / match[2]).resolve()
        if imported not in done:
            _add(imported, done)

    def fetched(match: re.Match[str]) -> str:
        return f"const {{ {match[1].replace(' as ', ': ')} }} = {_variable((path.parent / match[2]).resolve())};\n"

    exported = [name.strip() for match in EXPORT.finditer(text) for name in (match[1] or match[2]).split(",")]
    body = EXPORT.sub("", IMPORT.sub(fetched, text))
    strange = LEFT_OVER.search(body)
    if strange:
        raise ValueError(f"{path.name} has a form that is not understood: {strange[0]}")
    done[path] = f"const {_variable(path)} = (() => {{\n{body}return {{ {', '.join(exported)} }};\n}})();\n"


def _variable(path: Path) -> str:
    return f"{path.parent.name}_{path.stem}"


if __name__ == "__main__":
    TARGET.write_text(bundle(JS / "page" / "page.js"), encoding="utf-8")
