# Two commands do everything: `make crawl` and `make test`. Each makes .venv from the lock where it is missing.

PYTHON3 ?= python3
VENV    := .venv
PYTHON  := $(VENV)/bin/python
CORPUS  ?= output
TARGETS ?=
ARCHIVE ?=
ARGS    ?=

.DEFAULT_GOAL := help
# every crawl is some processes: none is to compile what another one has compiled
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install crawl test test-fast coverage torture map check docs bench lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1: /p' $(MAKEFILE_LIST)

install: $(VENV)/ready ## .venv from the lock

crawl: $(VENV)/ready ## the sample archive; CORPUS=mine TARGETS=my.txt ARCHIVE=https://web.archive.org CONTACT=me@example.org: the real one
ifeq ($(TARGETS)$(ARCHIVE),)
	$(VENV)/bin/policy-corpus crawl-sample -s CORPUS_DIR="$(CORPUS)" $(ARGS)
else
	$(VENV)/bin/policy-corpus crawl policies -a targets="$(TARGETS)" -s WAYBACK_URL="$(or $(ARCHIVE),https://web.archive.org)" \
		-s CONTACT="$(CONTACT)" -s CORPUS_DIR="$(CORPUS)" $(ARGS)
endif

test: $(VENV)/ready ## the tests; CLIENTS=1: with other clients and pywb, which are installed for it
	$(PYTHON) -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

test-fast: $(VENV)/ready ## the tests that start no command and no crawl: a minute
	$(PYTHON) -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not slow" $(ARGS)

coverage: $(VENV)/ready ## which lines the fast tests never reach, as a table and in htmlcov/
	$(PYTHON) -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not slow" --cov=crawler --cov=pipelines \
		--cov-report=html --cov-report=term:skip-covered $(ARGS)

torture: $(VENV)/ready ## whole crawls in full length: 100 kills, real limits, a million rows, more faults, 200 generated archives, every write
	TORTURE_KILLS=100 GENERATED_SEEDS=200 ORDERS=500 WRITES=all MAINTENANCE_KILLS=30 PACE_WHOLE=1 ROWS=1000000 FAULT_SEEDS=1,2,3,4,5 \
		MUTATIONS=2000 REAL_SHARE=1 KEY_PAGES=100000 STRUCTURES=100000 $(PYTHON) -m pytest tests/crawls tests/quality \
		tests/crawler/spiders/test_orders_of_answers.py -s $(ARGS)

map: $(VENV)/ready ## the house in figures: rooms, who imports whom, sizes
	$(PYTHON) -m tests.house

check: $(VENV)/ready ## linters, types, and that the tests reach all that decides what is asked for
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PYTHON) -m pytest -p no:xdist tests/crawler/discovery tests/crawler/targets -k "not takes_long and not little_memory" \
		--cov=crawler.discovery --cov=crawler.targets --cov-report=term:skip-covered --cov-fail-under=95

docs: $(VENV)/docs-ready ## the documents as a site, in site/; a link that leads nowhere is an error
	$(VENV)/docs/bin/mkdocs build --strict $(ARGS)

$(VENV)/docs-ready: $(VENV)/ready pyproject.toml
	$(PYTHON3) -m venv $(VENV)/docs
	$(VENV)/docs/bin/pip install --quiet --disable-pip-version-check "pip>=25.1"
	$(VENV)/docs/bin/pip install --quiet --disable-pip-version-check --group docs
	touch $@

bench: $(VENV)/ready ## measure
	$(PYTHON) -m tests.bench $(ARGS)

$(VENV)/ready: requirements.lock
	$(PYTHON3) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@echo "Creating $(VENV) (once; takes one to five minutes and needs the network)"
	$(PYTHON3) -m venv $(VENV)
	@echo "Installing the $$(grep -c '^[a-z].*==' requirements.lock) packages of requirements.lock ..."
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@echo "Done. Commands: $(VENV)/bin/policy-corpus --help"
	@touch $@

lock: ## write the lock anew from pyproject.toml; needs uv
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 \
		--group dev pyproject.toml --output-file requirements.lock

clean: ## take .venv away
	rm -rf $(VENV)
