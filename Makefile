# Everything a newcomer or a CI machine needs: Python 3.11 or newer, and make.
# `make` alone lists the targets.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
# pytest workers: `make test WORKERS=0` runs in one process
WORKERS ?= auto

# A stamp is named for what was installed: the same requirements install nothing twice.
RUN_KEY := $(shell cat requirements.txt pyproject.toml | cksum | tr ' ' '-')
DEV_KEY := $(shell cat requirements-dev.txt pyproject.toml | cksum | tr ' ' '-')
RUN_STAMP := $(VENV)/.run-$(RUN_KEY)
DEV_STAMP := $(VENV)/.dev-$(DEV_KEY)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help install dev demo test heavy browser bench lint format types layers steps check requirements docs screenshots clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' Makefile

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Corridor needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "making $(VENV)" >&2
	@$(PYTHON) -m venv $(VENV)

# The hashed requirements hold the build tool too, so that the package installs without a look at any registry.
$(RUN_STAMP): | $(BIN)/python
	@echo "installing requirements.txt (once)" >&2
	@$(PIP) install --require-hashes --requirement requirements.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/.run-* && touch $@

$(DEV_STAMP): | $(BIN)/python
	@echo "installing requirements-dev.txt (once)" >&2
	@$(PIP) install --require-hashes --requirement requirements-dev.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/.dev-* $(VENV)/.run-* && touch $@ $(RUN_STAMP)

install: $(RUN_STAMP) ## install Corridor into .venv

dev: $(DEV_STAMP) ## install Corridor and the tools that check it into .venv

demo: $(RUN_STAMP) ## the main job on a synthetic community; prints where the report is
	@$(BIN)/corridor demo

# Neighbours stay with one worker: what a file of tests sets up is set up once.
test: $(DEV_STAMP) ## the default tests
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

heavy: $(DEV_STAMP) ## tests of more than a few seconds (CORRIDOR_SMALL=1 for their small size)
	$(BIN)/pytest -n $(WORKERS) -m heavy

browser: $(DEV_STAMP) ## tests in headless Chromium only
	$(BIN)/pytest -n $(WORKERS) -m browser

bench: $(DEV_STAMP) ## speed and memory, one at a time (CORRIDOR_SMALL=1 for the small size)
	$(BIN)/pytest -n 0 -m bench -s benches

lint: $(DEV_STAMP) ## ruff, its format, and the lint of steps and formulas
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m corridor.engine.lint

format: $(DEV_STAMP) ## rewrite the Python files in the one format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: $(DEV_STAMP) ## mypy --strict
	$(BIN)/mypy --strict src

layers: $(DEV_STAMP) ## the import contract: data flows downward only
	$(BIN)/lint-imports

check: lint types layers test ## everything a change must pass before it is committed

requirements: $(DEV_STAMP) ## pin the newest versions that pyproject.toml allows, with hashes
	@$(BIN)/python -c 'import uv' 2>/dev/null || $(PIP) install uv
	$(BIN)/uv pip compile pyproject.toml --group build --output-file requirements.txt $(PIN)
	$(BIN)/uv pip compile pyproject.toml --group build --group dev --group docs --constraint requirements.txt \
	  --output-file requirements-dev.txt $(PIN)

PIN := --quiet --upgrade --generate-hashes --universal --fork-strategy fewest --python-version 3.11 \
  --no-emit-index-url --no-header --custom-compile-command "make requirements"

docs: $(DEV_STAMP) ## the documentation as a static site in build/docs, without a network
	@$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going -b html docs build/docs
	@echo "build/docs/index.html"

screenshots: $(DEV_STAMP) ## take the pictures of the docs anew, from the synthetic community
	CORRIDOR_SCREENSHOTS=docs/images $(BIN)/pytest -n 0 -q -m browser tests/web/test_browser_screenshots.py

clean: ## remove .venv and caches (never a warehouse)
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
