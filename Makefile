# Everything a newcomer needs. «make» alone lists the targets.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
export PATH := $(BIN):$(PATH)
# where it is set, every process would compile every module anew
unexport PYTHONDONTWRITEBYTECODE
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

.DEFAULT_GOAL := help

.PHONY: help
help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

.PHONY: briefing
briefing: setup  ## reproduce the pipeline (on a made-up sample, when data/inbox is empty) and show the briefing
	@workbench simulate --if-empty
	@workbench dvc repro
	@printf '\n'; workbench brief --where

.PHONY: setup
setup: $(VENV)/ready  ## the virtual environment, from requirements.lock

$(VENV)/ready: requirements.lock requirements-build.lock pyproject.toml
	@echo "Setting up $(VENV) from requirements.lock (about a minute, once) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, this is " + sys.version.split()[0])'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --quiet --require-hashes -r requirements.lock
	@$(PIP) install --quiet --require-hashes -r requirements-build.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@workbench plots-page
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready requirements-dev.lock
	@echo "Adding what tests and checks need, from requirements-dev.lock ..."
	@$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

# a file's tests stay in one process, which makes what they share once; the longest kinds begin
PYTEST := pytest -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: test
test: $(VENV)/ready-dev  ## all tests
	@$(PYTEST)

.PHONY: test-fast
test-fast: $(VENV)/ready-dev  ## rules, and every model on a few rows: a minute
	@$(PYTEST) tests/spec tests/models/test_each_model_*.py

# «make test-unit», «make test-models» …: one kind of test
TEST_KINDS := $(patsubst tests/%/,test-%,$(wildcard tests/*/))
.PHONY: $(TEST_KINDS)
$(TEST_KINDS): test-%: $(VENV)/ready-dev
	@$(PYTEST) tests/$*

.PHONY: check
check: $(VENV)/ready-dev  ## format, lint, types, SQL lint, notebook style
	ruff format --check .
	ruff check .
	mypy
	sqlfluff lint pipelines
	pytest -p no:xdist tests/spec -k house

.PHONY: format
format: $(VENV)/ready-dev  ## rewrite files in the house style
	ruff format .
	ruff check --fix .

.PHONY: docs
docs: $(VENV)/ready-dev  ## the docs as a site: open site/index.html, no network needed
	python tests/docs/commands_page.py
	python tests/docs/python_page.py
	zensical build --strict --clean

.PHONY: lab
lab: setup  ## JupyterLab on the project, ready to work offline
	@workbench lab

# More steps need more memory than a laptop has; PM4PY names a python that has PM4Py, if there is one.
BENCH_STEPS ?= 1000000
PM4PY ?=

.PHONY: bench
bench: $(VENV)/ready-dev  ## speed, as ratios beside the raw scan of the same file
	@echo "== clock"; python benches/clock.py --steps $(BENCH_STEPS) $(if $(PM4PY),--pm4py $(PM4PY))
	@echo "== ingest"; python benches/ingest.py
	@echo "== causes"; python benches/causes.py --steps $(BENCH_STEPS)
	@echo "== explain and diff"; register=$$(mktemp -d); \
	  python benches/explain.py --steps $(BENCH_STEPS) --keep $$register && python benches/diff.py $$register; \
	  code=$$?; rm -rf $$register; exit $$code
	@echo "== statistics"; python benches/compare.py
	@echo "== small registers"; python benches/small.py

.PHONY: lock
lock:  ## resolve the locks anew (needs uv on the path)
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-annotate --no-header --python-version 3.11 --all-extras pyproject.toml -o requirements-dev.lock
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-annotate --no-header --python-version 3.11 --extra lab --extra review -c requirements-dev.lock pyproject.toml -o requirements.lock
	printf 'hatchling==1.33.0\neditables\n' | uv pip compile --quiet --universal --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-annotate --no-header --python-version 3.11 -c requirements-dev.lock - -o requirements-build.lock

.PHONY: clean
clean:  ## remove the environment and caches; data stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
