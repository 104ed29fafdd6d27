"""Tag the seed item, which belongs to others and stands beside the project, with its footer and without.

Fails if a wanted label is missing, the language is wrong, or the two readings differ.
"""

import json
import subprocess
import sys
from pathlib import Path

SEED = Path(__file__).parents[2] / "shared" / "seed" / "seaprwire-de.txt"


WANTED = {"sector": ("top-story", "daily-news"), "topic": ("trade", "minerals")}


def main() -> int:
    if not SEED.exists():
        print("The seed item is not beside this checkout; nothing to tag.")
        return 0
    raw = SEED.read_text(encoding="utf-8")
    readings, complete = [], True
    for name, text in (("whole", raw), ("without footer", raw.split("\nBranchen:")[0])):
        predict = Path(sys.executable).with_name("predict")
        done = subprocess.run([predict, "-", "--json"], input=text, capture_output=True, text=True, check=True)
        tags = json.loads(done.stdout)
        found = {facet: {tag["label"] for tag in tags[facet]} for facet in WANTED}
        missing = [label for facet, labels in WANTED.items() for label in labels if label not in found[facet]]
        print(f"seed item, {name}: {tags['language']}, {sorted(found['sector'])}, {sorted(found['topic'])}")
        print(f"  missing: {', '.join(missing) or 'nothing'}")
        complete &= not missing and tags["language"] == "de"
        readings.append((tags["language"], tags["sector"], tags["topic"]))
    return 0 if complete and readings[0] == readings[1] else 1


if __name__ == "__main__":
    sys.exit(main())
