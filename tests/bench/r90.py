"""Reuters-21578 ModApte R90 through `wiretag train --data ... --test ...` with default settings: `make bench-r90`."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from wiretag_data.sources.reuters import documents, modapte


def main() -> None:
    split, texts = modapte(), documents()
    cats = set(split["cats"])
    with tempfile.TemporaryDirectory() as folder:
        paths = {part: Path(folder) / f"{part}.jsonl" for part in ("train", "test")}
        for part, path in paths.items():
            rows = ({"text": texts[n]["text"], "labels": [t for t in texts[n]["topics"] if t in cats]} for n in split[part])
            path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        wiretag = Path(sys.executable).with_name("wiretag")
        command = [
            wiretag,
            "train",
            "--data",
            paths["train"],
            "--test",
            paths["test"],
            "-o",
            Path(folder) / "r90.safetensors",
        ]
        sys.exit(subprocess.run(command, check=False).returncode)


if __name__ == "__main__":
    main()
