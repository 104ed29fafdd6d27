# Every target sets up what it needs: a Python 3.11 or newer and make are enough.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help setup train predict test check lint bench bench-r90 bench-curves bench-features bench-speed bench-archive bench-serve bench-languages bench-trust bench-javascript dist clean

help:  ## Say what each target does
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' Makefile

setup: $(READY)  ## Create .venv and install everything into it

$(READY): pyproject.toml .constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("wiretag needs Python 3.11 or newer; name one: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint .constraints.txt --editable '.[dev]'
	touch $(READY)

train: $(READY)  ## Build the default corpus and train the default model into models/
	$(BIN)/wiretag train

predict: $(READY)  ## Tag an item: make predict FILE=item.txt
	@test -n "$(FILE)" || { echo 'Name the item: make predict FILE=item.txt' >&2; exit 2; }
	@$(BIN)/predict "$(FILE)"

test: $(READY)  ## Run the fast tests
	$(BIN)/pytest

check: $(READY)  ## Hold lexicons and wire items to the writers' guide
	$(BIN)/wiretag check

lint: $(READY)  ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/.ready-bench  ## Compare with other taggers on known corpora; ONLY=r90,bbc for some, PEERS=wiretag for ours
	$(BIN)/python tests/bench/compare.py

bench-curves: .venv/.ready-bench  ## Score against the number of training items; ONLY=r90,bbc for some
	$(BIN)/python tests/bench/curves.py

.venv/.ready-bench: $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint .constraints.txt --editable '.[bench]'
	touch $@

bench-r90: $(READY)  ## Print the reference figure on Reuters-21578 ModApte R90
	$(BIN)/python tests/bench/r90.py

bench-features: $(READY)  ## Compare the featuriser's speed with scikit-learn's
	$(BIN)/python tests/bench/features.py

bench-speed: .venv/.ready-bench models/wiretag.safetensors  ## Compare speed, memory and size with others; ONLY=features,start for some
	$(BIN)/python tests/bench/speed.py

bench-archive: .venv/.ready-bench  ## Measure the tagging of archives, on one machine and on Dask
	$(BIN)/python tests/bench/archive.py

bench-serve: .venv/.ready-bench models/wiretag.safetensors  ## Load wiretag serve, with hostile requests; SECONDS=600 for long
	$(BIN)/python tests/bench/serve.py

bench-languages: $(READY) models/wiretag.safetensors  ## Measure the default model in every language
	$(BIN)/python tests/bench/languages.py

bench-trust: .venv/.ready-bench models/wiretag.safetensors  ## Measure how far probabilities and silence can be trusted
	$(BIN)/python tests/bench/trust.py

bench-javascript: .venv/.ready-bench models/wiretag.safetensors  ## Compare the JavaScript runtime's answers and speed with Python's
	$(BIN)/python tests/bench/javascript.py

dist: $(READY) models/wiretag.safetensors  ## Build a wheel that carries the trained model
	cp models/wiretag.safetensors predict/wiretag/default.safetensors
	$(BIN)/pip wheel --quiet --no-deps --wheel-dir dist . ; status=$$?; rm -f predict/wiretag/default.safetensors; exit $$status
	@ls dist/*.whl

models/wiretag.safetensors: $(READY)
	$(BIN)/wiretag train

clean:  ## Remove the environment, the built corpus, models and caches
	rm -rf .venv data/build models dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
