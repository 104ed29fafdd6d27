"""Tag the seed item, which belongs to others and stands beside the project: footer on and off. Says so if it is not there."""

import json
import subprocess
import sys
from pathlib import Path

SEED = Path(__file__).parents[2] / "shared" / "seed" / "seaprwire-de.txt"


def main() -> int:
    if not SEED.exists():
        print("The seed item is not beside this checkout; nothing to tag.")
        return 0
    raw = SEED.read_text(encoding="utf-8")
    failures = 0
    for name, text in (("whole", raw), ("without footer", raw.split("\nBranchen:")[0])):
        predict = Path(sys.executable).with_name("predict")
        done = subprocess.run([predict, "-", "--json"], input=text, capture_output=True, text=True, check=True)
        tags = json.loads(done.stdout)
        found = {facet: {tag["label"] for tag in tags[facet]} for facet in ("sector", "topic")}
        right = {"top-story", "daily-news"} <= found["sector"] and {"trade", "minerals"} <= found["topic"]
        failures += not (right and tags["language"] == "de")
        print(f"seed item, {name}: {tags['language']}, {sorted(found['sector'])}, {sorted(found['topic'])}")
    return failures


if __name__ == "__main__":
    sys.exit(main())
