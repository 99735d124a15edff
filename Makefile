# The development guide. Each target first sets up what it needs; a second run starts at once.
#
#   PYTHON=...   the interpreter for the virtual environment (3.11 or newer)
#   ARGS=...     handed on: make test ARGS="tests/articles -k canonical", make demo ARGS=--help
#   UPGRADE=--upgrade   lets `make lock` take newer versions; without it pins stay where they can

VENV := .venv
BIN := $(VENV)/bin
BROWSER := chromium fonts-liberation libatomic1  # the last is for playwright's driver
MAIL := postfix libmail-dkim-perl
INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check
RESOLVE := $(VENV)/uv/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header $(UPGRADE)

GATES := tests/gates
GATE_TOOLS := spamassassin openjdk-17-jre-headless $(if $(shell command -v npm),,nodejs npm)

.PHONY: help demo test month mail-check check bench screens lock clean
.DELETE_ON_ERROR:

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/runtime.stamp ## today's edition from sample articles to 25 invented readers, all on this machine
	@$(BIN)/digest demo $(ARGS)

test: $(VENV)/dev.stamp ## the whole test suite, with a real PostgreSQL and a real browser
	@scripts/debian-install "the tests with a browser, a Postfix and a second verifier, skipped without them" $(BROWSER) $(MAIL)
	$(BIN)/python -m pytest -n 4 $(ARGS)

month: $(VENV)/dev.stamp ## 35 mornings of two newsletters in some minutes, with kills, a late start, a day asleep, a dead feed and both clock changes
	$(BIN)/python -m pytest -s tests/clock/month.py $(ARGS)

mail-check: $(VENV)/dev.stamp $(GATES)/node_modules/stamp ## the mail against real tools: W3C validator, caniemail, axe-core, SpamAssassin and more
	@scripts/debian-install "the gates in a browser and for spam, which fail without them" $(BROWSER) $(GATE_TOOLS)
	$(BIN)/python -m pytest -n 2 $(GATES) $(ARGS)

check: $(VENV)/dev.stamp ## format, lint, types and the direction of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/dev.stamp ## how fast it is here, beside references measured in the same run (ARGS=--help: the parts)
	@scripts/debian-install "smtp-sink and smtp-source, without which no sending is measured" postfix
	$(BIN)/python -m benchmarks $(ARGS)

screens: $(VENV)/dev.stamp ## pictures of every page into out/pages
	@scripts/debian-install "the browser that takes the pictures" $(BROWSER)
	$(BIN)/python scripts/page_pictures.py

lock: $(VENV)/uv/bin/uv ## resolve the dependencies of pyproject.toml into the three locks
	$(RESOLVE) pyproject.toml --output-file requirements.lock
	$(RESOLVE) pyproject.toml --extra dev --group build --constraint requirements.lock --output-file requirements-dev.lock
	$(RESOLVE) --group build --constraint requirements-dev.lock --output-file requirements-build.lock

clean: ## remove everything that was made here, the virtual environment too
	rm -rf $(VENV) build dist out .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find digest subscribers tests benchmarks scripts -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

# --- set-up -----------------------------------------------------------------------------------------

$(BIN)/python:
	@scripts/make-venv $(VENV)

$(VENV)/runtime.stamp: requirements.lock requirements-build.lock pyproject.toml | $(BIN)/python
	@echo "Installing what it runs on into $(VENV) (once; a minute or so) ..."
	@$(INSTALL) --require-hashes -r requirements.lock -r requirements-build.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock pyproject.toml | $(BIN)/python
	@echo "Installing what it is developed with into $(VENV) (once; a minute or two) ..."
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

# Scripts stay off: the one there is would download a Java for machines without any.
$(GATES)/node_modules/stamp: $(GATES)/package.json $(GATES)/package-lock.json
	@scripts/debian-install "the mail's gates, whose tools come from npm" $(GATE_TOOLS)
	@cd $(GATES) && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

$(VENV)/uv/bin/uv: | $(BIN)/python
	@$(BIN)/python -m venv $(VENV)/uv
	@$(VENV)/uv/bin/python -m pip install -qq --disable-pip-version-check 'uv>=0.9,<1'
