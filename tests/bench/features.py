"""Characters a second of the featuriser and of scikit-learn's, on Reuters-21578, one thread: `make bench-features`."""

import time
from collections.abc import Callable

from sklearn.feature_extraction.text import TfidfVectorizer

from wiretag.features import FeatureConfig, blocks, count_block
from wiretag_data.sources.reuters import documents

RUNS = 5


def best_rate(work: Callable[[], object], characters: int) -> float:
    """Million characters a second in the fastest of `RUNS` runs."""
    seconds = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return characters / min(seconds) / 1e6


def main() -> None:
    texts = [document["text"] for document in documents().values()]
    characters = sum(map(len, texts))
    config = FeatureConfig(pairs=True, title=False)
    vectorizer = TfidfVectorizer(ngram_range=(1, 2)).fit(texts)
    ours = best_rate(lambda: [count_block(block, config) for block in blocks(texts)], characters)
    theirs = best_rate(lambda: vectorizer.transform(texts), characters)
    print(f"wiretag {ours:.1f}, scikit-learn {theirs:.1f} million characters a second: {ours / theirs:.1f} times")


if __name__ == "__main__":
    main()
