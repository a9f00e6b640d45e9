# The two commands: `make run` from a fresh clone, `make test` for everything that CI runs. Both make what they need.

SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
FLASK := $(BIN)/flask --app wsgi
ADDRESS ?= 127.0.0.1:8000
INSTANCE ?= instance
export DIAGNOSTICS_INSTANCE_PATH ?= $(abspath $(INSTANCE))

.PHONY: run test lint types units postgresql system lock translations bench clean

run: .venv/.runs
	@bash bin/run "$(ADDRESS)"

test: .venv/.tests system lint types units postgresql

lint: .venv/.tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.tests
	$(BIN)/mypy

units: .venv/.tests system
	$(BIN)/pytest -n 2

# Whatever touches the database, once more on PostgreSQL.
postgresql: .venv/.tests system
	$(BIN)/pytest -n 2 --database=postgresql -m "not browser"

# What only the system can give: a Chromium, a PostgreSQL server. Installed where we may, else named.
system:
	@bash bin/system chromium postgresql

.venv/.runs: requirements.lock
	@bash bin/environment "$(PYTHON)" requirements.lock
	@touch $@

.venv/.tests: requirements-dev.lock
	@bash bin/environment "$(PYTHON)" requirements-dev.lock
	@touch $@ .venv/.runs

# Locks the dependencies anew, with their hashes; run it after a change of pyproject.toml.
lock:
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/pip install --quiet "pip-tools>=7.4"
	.venv-lock/bin/pip-compile --quiet --strip-extras --allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --generate-hashes -o requirements.lock pyproject.toml
	.venv-lock/bin/pip-compile --quiet --strip-extras --allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --generate-hashes -c requirements.lock --extra dev -o requirements-dev.lock pyproject.toml
	rm -rf .venv-lock

# Finds every message in pages and code, keeps what is translated, and compiles.
translations: .venv/.tests
	$(BIN)/pybabel -q extract -F babel.cfg -k _l -k lazy_gettext --no-location --sort-output --omit-header -o translations/messages.pot .
	$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap -i translations/messages.pot -d translations -l en
	$(BIN)/pybabel -q compile -d translations

bench: .venv/.tests
	$(BIN)/python -m bench

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build
