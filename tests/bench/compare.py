"""wiretag and its peers on the same items, on this machine, in one run: `make bench`, or `make bench ONLY=r90,bbc`.

`PEERS=wiretag` measures only the rows that begin so, and RESULTS.md then says of which day each row is.
Writes RESULTS.md and accuracy.svg beside this file. Each peer runs in an environment of its own under .cache/bench, one
after another; one that does not install or fails is reported as such. All are scored by the same function.
"""

from __future__ import annotations

import datetime
import json
import os
import platform
import subprocess
import sys
import tempfile
import venv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plots import panels, save_plot
from sklearn.metrics import accuracy_score, f1_score
from sklearn.preprocessing import MultiLabelBinarizer

from corpora import CORPORA, Corpus
from wiretag.files import written_beside
from wiretag_data.fetch import SourceUnavailable

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ENVIRONMENTS = ROOT / ".cache" / "bench"
RESULTS, PLOT, ROWS = HERE / "RESULTS.md", HERE / "accuracy.svg", HERE / "results.json"
# Errors that somebody has read, see ERRORS.md.
READ = HERE / "errors.jsonl"
# Accuracy, or micro- and macro-F1, to reach at the default effort.
GOALS = {"r90": (0.90, 0.64), "20ng": (0.89,), "r52": (0.965,), "r8": (0.982,), "bbc": (0.985,)}
_MAX_SECONDS = 1800


@dataclass(frozen=True)
class Peer:
    """A program under peers/, its way of training, and what its environment needs ("" for the project's own).

    A transductive one has the test part's texts, without their labels, beside the training part: so are graph models
    trained, which give the best published figures.
    """

    name: str
    program: str
    method: str
    packages: tuple[str, ...] = ()
    transductive: bool = False


TRANSDUCTIVE = "wiretag, test texts without labels"
_SKLEARN = ("scikit-learn==1.9.1",)
# Its thresholding sums sparse matrices in a way that later SciPy refuses.
_LIBMULTILABEL = ("libmultilabel==0.10.0", "scipy<1.14")
_FASTTEXT = ("fasttext-wheel==0.9.2", "numpy<2")
PEERS = (
    Peer("wiretag", "wiretag_peer.py", "default"),
    Peer("wiretag, quick", "wiretag_peer.py", "quick"),
    Peer("wiretag, best", "wiretag_peer.py", "best"),
    Peer(TRANSDUCTIVE, "wiretag_peer.py", "default", transductive=True),
    Peer("scikit-learn", "sklearn_peer.py", "plain", _SKLEARN),
    Peer("scikit-learn, tuned", "sklearn_peer.py", "tuned", _SKLEARN),
    Peer("fastText, bigrams", "fasttext_peer.py", "bigrams", _FASTTEXT),
    Peer("fastText, autotuned", "fasttext_peer.py", "autotuned", _FASTTEXT),
    *(
        Peer(f"LibMultiLabel, {name}{', pairs' if pairs else ''}", "libmultilabel_peer.py", method + pairs, _LIBMULTILABEL)
        for method, name in (("1vsrest", "one-vs-rest"), ("thresholding", "thresholding"), ("cost_sensitive", "cost-sensitive"))
        for pairs in ("", "-pairs")
    ),
)


def main() -> None:
    wanted, today = chosen(list(CORPORA)), datetime.date.today().isoformat()
    peers = [peer for peer in PEERS if peer.name.startswith(os.environ.get("PEERS", ""))]
    if not peers:
        sys.exit(f"No row begins with {os.environ['PEERS']}; there are {', '.join(peer.name for peer in PEERS)}.")
    rows = json.loads(ROWS.read_text(encoding="utf-8")) if ROWS.exists() else {}
    for name in wanted:
        try:
            corpus = CORPORA[name]()
        except SourceUnavailable as error:
            rows[name] = {"unavailable": str(error)}
            print(f"{name}: not measured: {error}", flush=True)
            continue
        before = rows.get(name, {}).get("peers", {})
        sizes = [len(corpus.train), len(corpus.test), len(corpus.labels)]
        rows[name] = {"about": corpus.about, "sizes": sizes, "peers": before if len(peers) < len(PEERS) else {}}
        texts = [text for text, _ in corpus.test]
        for peer in peers:
            rows[name]["peers"][peer.name] = found = {**measured(corpus, peer, texts if peer.transductive else ()), "day": today}
            print(f"{name}: {peer.name}: {said(found)}", flush=True)
            with written_beside(ROWS) as beside:
                beside.write_text(json.dumps(rows, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    text = _report(rows)
    with written_beside(RESULTS) as beside:
        beside.write_text(text, encoding="utf-8")
    _plot(rows)


def chosen(names: list[str]) -> list[str]:
    """Those that ``$ONLY`` lists, or all."""
    wanted = [name for name in os.environ.get("ONLY", "").replace(",", " ").split() if name] or names
    unknown = [name for name in wanted if name not in names]
    if unknown:
        sys.exit(f"There is no corpus {', '.join(unknown)}; there are {', '.join(names)}.")
    return wanted


def measured(corpus: Corpus, peer: Peer, unlabelled: Sequence[str] = ()) -> dict[str, Any]:
    """Scores on the test part, after training on the other one and on texts without labels, seconds and sizes."""
    python = _python(peer)
    if isinstance(python, str):
        return {"failed": python}
    with tempfile.TemporaryDirectory() as folder:
        paths = {part: Path(folder) / f"{part}.jsonl" for part in ("train", "test")}
        for part, path in paths.items():
            rows = [*getattr(corpus, part), *((text, None) for text in unlabelled if part == "train")]
            lines = (json.dumps({"text": text, "labels": labels}) + "\n" for text, labels in rows)
            path.write_text("".join(lines), encoding="utf-8")
        result = Path(folder) / "result.json"
        command = [python, HERE / "peers" / peer.program, peer.method, paths["train"], paths["test"], result]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_MAX_SECONDS)
        except subprocess.TimeoutExpired:
            return {"failed": f"not done after {_MAX_SECONDS} s"}
        if done.returncode or not result.exists():
            return {"failed": (done.stderr.strip().splitlines() or ["no message"])[-1][:200]}
        found = json.loads(result.read_text(encoding="utf-8"))
    return {**_scores(corpus, found.pop("predicted")), **found}


def _scores(corpus: Corpus, predicted: list[list[str]]) -> dict[str, float]:
    """Accuracy where each item has one label; otherwise micro- and macro-F1 over all labels of the training part."""
    gold = [labels for _, labels in corpus.test]
    if corpus.exclusive:
        return {"accuracy": float(accuracy_score([g[0] for g in gold], [(p or [""])[0] for p in predicted]))}
    binarizer = MultiLabelBinarizer(classes=corpus.labels).fit(gold)
    truth, given = binarizer.transform(gold), binarizer.transform(predicted)
    return {
        "micro_f1": float(f1_score(truth, given, average="micro", zero_division=0)),
        "macro_f1": float(f1_score(truth, given, average="macro", zero_division=0)),
    }


def _python(peer: Peer) -> Path | str:
    """The interpreter of the peer's environment, made if it is not there; a sentence if it cannot be."""
    if not peer.packages:
        return Path(sys.executable)
    folder = ENVIRONMENTS / peer.program.removesuffix(".py")
    python = folder / "bin" / "python"
    ready = folder / ".ready"
    if not ready.exists():
        venv.create(folder, with_pip=True, clear=True)
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *peer.packages]
        done = subprocess.run(install, capture_output=True, text=True)
        if done.returncode:
            return f"does not install: {(done.stderr.strip().splitlines() or ['no message'])[-1][:200]}"
        ready.touch()
    return python


def said(found: dict[str, Any]) -> str:
    if "failed" in found:
        return str(found["failed"])
    score = f"{found['accuracy']:.4f}" if "accuracy" in found else f"{found['micro_f1']:.4f} / {found['macro_f1']:.4f}"
    return f"{score}, {found['train_seconds']:.0f} s, {found['model_bytes'] / 1e6:.1f} MB"


def _report(rows: dict[str, Any]) -> str:
    parts = [
        "# wiretag and its peers, side by side",
        f"Made by `make bench`; Python {platform.python_version()}, {os.cpu_count()} cores. Accuracy where each item "
        "has one label, micro-F1 / macro-F1 over all labels elsewhere. Seconds and memory are those of one run; CPU seconds "
        f'add up all cores, and other work on the machine hardly changes them. The row "{TRANSDUCTIVE}" learns from the '
        "test part's texts, too, but not from their labels; no other row is given anything of the test part.",
    ]
    for name in (name for name in CORPORA if name in rows):
        own = rows[name]
        if "unavailable" in own:
            parts.append(f"## {name}\n\nNot measured: {own['unavailable']} `make bench ONLY={name}`")
            continue
        train, test, labels = own["sizes"]
        lines = [
            f"## {name}: {own['about']}",
            "",
            f"{train:,} items to train on, {test:,} to test, {labels} labels. `make bench ONLY={name}`",
            "",
            "| | score | training, s | training, CPU s | prediction, s | memory, MB | model, MB |",
            "|---|---|---:|---:|---:|---:|---:|",
        ]
        for peer in (peer.name for peer in PEERS if peer.name in own["peers"]):
            found = own["peers"][peer]
            if "failed" in found:
                lines.append(f"| {peer} | failed: {found['failed'].replace('|', ' ')} | | | | | |")
                continue
            score = f"{found['accuracy']:.4f}" if "accuracy" in found else f"{found['micro_f1']:.4f} / {found['macro_f1']:.4f}"
            lines.append(
                f"| {peer} | {score} | {found['train_seconds']:.0f} | {found['train_cpu_seconds']:.0f} "
                f"| {found['predict_seconds']:.1f} | {found['peak_mb']:.0f} | {found['model_bytes'] / 1e6:.1f} |"
            )
        days: dict[str, list[str]] = {}
        for peer, found in own["peers"].items():
            days.setdefault(found.get("day", "an earlier day"), []).append(peer)
        if len(days) > 1:
            last = max(day for day in days if day != "an earlier day")
            lines += ["", f"Measured on {last}: {', '.join(days[last])}; the others on an earlier day."]
        parts.append("\n".join(lines))
    parts.insert(2, _goals(rows))
    versions = sorted(
        {f"{n} {v}" for own in rows.values() for f in own.get("peers", {}).values() for n, v in f.get("versions", {}).items()}
    )
    commands = "\n".join(
        f"- {peer.name}: `peers/{peer.program} {peer.method} {'TRAIN+TEXTS' if peer.transductive else 'TRAIN'} TEST RESULT`"
        for peer in PEERS
    )
    explained = "TRAIN holds lines of `text` and `labels`, TRAIN+TEXTS also the test part's texts, with null for labels."
    parts.append(f"Versions: {', '.join(versions)}.\n\n{commands}\n\n{explained}")
    return "\n\n".join(parts) + "\n"


def _goals(rows: dict[str, Any]) -> str:
    """What is reached, and what somebody who read errors says of them."""
    with READ.open(encoding="utf-8") as lines:
        read = Counter((error["corpus"], error["class"]) for error in map(json.loads, lines))
    table = [
        "## Goals",
        "",
        "| | goal | wiretag | reached | with the test part's texts | reached | errors read: given label wrong | both right "
        "| too little text | wiretag wrong |",
        "|---|---|---|---|---|---|---:|---:|---:|---:|",
    ]
    for name, goal in GOALS.items():
        peers = rows.get(name, {}).get("peers", {})
        cells = [" / ".join(f"{least:.3f}" for least in goal)]
        for peer in ("wiretag", TRANSDUCTIVE):
            found = peers.get(peer, {})
            scores = [found[key] for key in ("accuracy", "micro_f1", "macro_f1") if key in found]
            reached = bool(scores) and all(score >= least for score, least in zip(scores, goal, strict=True))
            cells += [
                " / ".join(f"{score:.4f}" for score in scores) or "not measured",
                ("yes" if reached else "no") if scores else "",
            ]
        cells += [str(read[name, kind] or "") for kind in ("noise", "both", "little", "wrong")]
        table.append(f"| {name} | {' | '.join(cells)} |")
    rest = (
        "With the test part's texts: without their labels, in training (`--unlabelled`), as the graph models of published "
        "figures see them. ERRORS.md says how errors were read and what they are, CONTRIBUTING.md what was tried."
    )
    return "\n".join([*table, "", rest])


def _plot(rows: dict[str, Any]) -> None:
    """Score against training time, a panel a corpus."""
    names = [name for name in CORPORA if "peers" in rows.get(name, {})]
    figure, axes = panels(1, len(names), 4, 4)
    for axis, name in zip(axes[0], names, strict=True):
        for peer, found in rows[name]["peers"].items():
            if "failed" in found:
                continue
            score = found.get("accuracy", found.get("micro_f1"))
            axis.scatter(
                found["train_cpu_seconds"],
                score,
                marker="*" if peer.startswith("wiretag") else "o",
                s=90 if peer == "wiretag" else 30,
            )
            axis.annotate(peer, (found["train_cpu_seconds"], score), fontsize=6, xytext=(3, 3), textcoords="offset points")
        axis.set(title=name, xscale="log", xlabel="training, CPU s", ylabel="accuracy or micro-F1")
    save_plot(figure, PLOT)


if __name__ == "__main__":
    main()
