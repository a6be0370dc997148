# The two commands of a fresh machine are `make run` and `make test`; each sets up what it needs in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
READY_TO_TEST := $(VENV)/.ready-to-test
# Nothing is compiled at the installation: Python keeps the compiled form of what is really imported.
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --no-compile --constraint constraints.txt
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup run test lint format bench clean

help:            ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY)  ## a virtual environment in .venv with the tested versions

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) --editable .
	@touch $@

$(READY_TO_TEST): $(READY)
	$(INSTALL) --editable '.[dev]'
	@touch $@

run: setup       ## grokking at the preset quick: figure, claims, report (minutes)
	$(BIN)/descent run grokking --preset quick

test: lint       ## formatting, types and all tests
	$(BIN)/pytest --numprocesses 2 --dist worksteal --durations 15

lint: $(READY_TO_TEST)    ## ruff and mypy
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(READY_TO_TEST)  ## lets ruff put everything in order
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup     ## speed of the training step, and of every optimizer's, as ratios measured side by side
	$(BIN)/python -m scripts.bench.grokking
	$(BIN)/python -m scripts.bench.optimizers

clean:           ## removes the environment and caches; records stay
	rm -rf $(VENV) .mypy_cache .ruff_cache build *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
