"""Reuters-21578 ModApte R90 through `wiretag train --data ... --test ...` with default settings: `make bench-r90`."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from corpora import CORPORA


def main() -> None:
    corpus = CORPORA["r90"]()
    with tempfile.TemporaryDirectory() as folder:
        paths = {part: Path(folder) / f"{part}.jsonl" for part in ("train", "test")}
        for part, path in paths.items():
            rows = (json.dumps({"text": text, "labels": labels}) + "\n" for text, labels in getattr(corpus, part))
            path.write_text("".join(rows), encoding="utf-8")
        command = [Path(sys.executable).with_name("wiretag"), "train", "--data", paths["train"], "--test", paths["test"]]
        sys.exit(subprocess.run([*command, "-o", Path(folder) / "r90.safetensors"], check=False).returncode)


if __name__ == "__main__":
    main()
