"""Write predict/wiretag/page/wiretag.js: the page's script and the runtime of predict/js as one classic script.

Browsers load no modules from disk, and the page has to work from there too. esbuild does it, through npx: run it when a
source changes; the first line says which sources it was made of, and a test compares.
"""

import hashlib
import subprocess
from pathlib import Path

ESBUILD = "esbuild@0.25.12"
PREDICT = Path(__file__).parents[1] / "predict"
TARGET = PREDICT / "wiretag" / "page" / "wiretag.js"


def first_line() -> str:
    """Names the sources by their hash."""
    sources = sorted([PREDICT / "js" / "page.js", *(PREDICT / "js" / "src").glob("*.js")])
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    return f"// Made by tests/make_page.py of predict/js, {digest[:16]}."


def main() -> None:
    options = ["--bundle", "--minify", "--format=iife", "--charset=utf8", "--target=es2022", f"--banner:js={first_line()}"]
    subprocess.run(["npx", "--yes", ESBUILD, PREDICT / "js" / "page.js", *options, f"--outfile={TARGET}"], check=True)


if __name__ == "__main__":
    main()
