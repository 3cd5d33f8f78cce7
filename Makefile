# The two verbs of a newcomer: make demo, make test. Both make the virtual environment if it is not there.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test lint types layers unit docs site record bench clean
.DEFAULT_GOAL := test

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "cloudsoc needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[demo]' --group dev
	touch $@

demo: $(VENV)/.installed  ## a simulated company account, scanned over HTTP
	$(BIN)/cloudsoc demo

test: lint types layers unit  ## all that CI runs

lint: $(VENV)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed
	$(BIN)/mypy

layers: $(VENV)/.installed
	$(BIN)/lint-imports --no-cache

unit: $(VENV)/.installed
	$(BIN)/pytest -n auto --dist worksteal

docs: $(VENV)/.installed  ## write the generated pages anew
	$(BIN)/python docs/generate.py

site: $(VENV)/.installed  ## the pages as a site, in site/
	$(BIN)/zensical build --strict --clean

record: $(VENV)/.installed  ## write down anew what every check says about its table
	$(BIN)/python -m tests.checks.test_reasons

bench: $(VENV)/.installed
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) site .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis
