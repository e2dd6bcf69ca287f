# Needs Python >= 3.11 with venv, make and a package index; the rest comes into .venv.
PYTHON ?= python3
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links pyproject.toml
export REQUIRE_ALL PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: run demo test lint bench soak screens lock

run: .venv/run  # the site; prints the first admin's password once
	@$(MANAGE) db upgrade && $(MANAGE) create-admin admin --if-none && exec $(MANAGE) serve

demo: .venv/run  # the same on a throw-away database, with a past and sign-ins arriving
	@exec $(MANAGE) demo

test: .venv/dev
	$(BIN)/pytest --numprocesses=3 --dist=loadfile --no-loadscope-reorder

lint: .venv/dev
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

bench: .venv/dev  # the tables of bench/
	@for question in at_scale gate record verify live signals followers; do $(BIN)/python -m bench.$$question || exit 1; done

soak: .venv/dev  # injected faults, outside scanners, attacks on the record
	$(BIN)/python -m tests.faults.soak
	$(BIN)/python -m tests.faults.scan
	$(BIN)/python -m tests.proof.soak

screens: .venv/dev  # the screenshots of docs/screens
	$(BIN)/python -m docs.screenshots

lock: .venv/dev  # newest versions of everything
	$(LOCK) --upgrade -o requirements.txt
	$(LOCK) --upgrade --group dev -c requirements.txt -o requirements-dev.txt

.venv/run: requirements.txt
	@$(PYTHON) -c 'import sys, venv; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	test -x $(BIN)/pip || $(PYTHON) -m venv --clear .venv
	$(BIN)/pip install --quiet --require-hashes -r $<
	@touch $@

.venv/dev: requirements-dev.txt .venv/run
	$(BIN)/pip install --quiet --require-hashes -r $<
	@touch $@
