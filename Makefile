# Everything a newcomer types. `make help` prints this list from the comments behind the targets.
# Needs Python 3.11 or newer with pip and venv, git and make; no root, compiler, database or Docker.

PYTHON  ?= python3
SIZE    ?= province
SERVE   ?= --serve
WORKERS ?= 2
BIN     := .venv/bin
STAMP   := .venv/.installed

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo serve test test-fast fuzz e2e client check format docs bench doctor up lock clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## build .venv with the locked, hashed requirements and asn-ledger in it

demo: $(STAMP) ## found an invented province and serve it on http://127.0.0.1:8000 (SIZE=small takes seconds)
	@$(BIN)/asn-ledger demo --size $(SIZE) $(SERVE)

serve: $(STAMP) ## serve the ledger of ASN_LEDGER_URL: pages and API
	@$(BIN)/asn-ledger serve

test: $(STAMP) ## every test, on SQLite and on a real PostgreSQL that comes with pip
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

test-fast: $(STAMP) ## the tests without the slow ones and with few examples each
	HYPOTHESIS_PROFILE=fast $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not slow"

fuzz: $(STAMP) ## the laws over new random examples, a thousand each; prints how to replay a failure
	HYPOTHESIS_PROFILE=fuzz $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

check: $(STAMP) ## lint, format, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP) ## put the code into the one format
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

e2e: $(STAMP) ## the pages in Debian's chromium: journeys, keyboard, accessibility, screenshots
	ASN_LEDGER_BROWSER=required $(BIN)/python -m pytest tests/e2e

client: $(STAMP) ## generate a Python client from docs/openapi.json in build/client, and ask with it
	$(PYTHON) -m venv build/client/venv
	build/client/venv/bin/python -m pip install --quiet --disable-pip-version-check "openapi-python-client>=0.29,<1"
	build/client/venv/bin/openapi-python-client generate --path docs/openapi.json \
	  --output-path build/client/made --overwrite --meta setup
	build/client/venv/bin/python -m pip install --quiet --disable-pip-version-check build/client/made
	$(BIN)/python -m tests.http.with_client build/client/venv/bin/python

docs: $(STAMP) ## write the generated parts of docs/ anew (events, closed lists, settings, rights, API)
	$(BIN)/python -m tests.reference
	$(BIN)/python -m tests.openapi

bench: $(STAMP) ## the benchmarks, beside the stock library, with the machine's description
	$(BIN)/python -m tests.bench

doctor: $(STAMP) ## look at the ledger, its keys and the machine, and say what is wrong
	$(BIN)/asn-ledger doctor

up: ## build the image and start PostgreSQL in a container (needs Docker with compose)
	docker compose build app
	docker compose up --detach --wait db
	@echo "Next: docker compose run --rm app init, then docker compose up --detach --wait app"

lock: ## compile requirements*.txt anew from pyproject.toml (for maintainers, needs the network)
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet pip-tools
	PIP_CONFIG_FILE=/dev/null build/lock/bin/python .ci/lock.py

clean: ## remove what make built; the ledgers and keys in var/ stay
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp is younger than the lock file and pyproject.toml, so a second `make` installs nothing.
$(STAMP): requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1)." \
	       "Name another with: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
