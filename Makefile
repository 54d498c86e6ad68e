# Everything here needs only git, make and Python 3.11 or newer (with its venv module); the tests of the pages also
# Chromium or Chrome, which is installed where that can be done by apt-get.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

SYSTEM_PYTHON ?= python3
VENV := .venv
PYTHON := $(VENV)/bin/python
UV := $(VENV)/bin/uv
ARGS ?=
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard parking/locale/*/LC_MESSAGES/django.po))
COLLECTED := var/static/staticfiles.json

# Without its compiled modules Python starts several times slower, and the tests start it often.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: $(VENV)/.installed-run built ## serve the site on http://localhost:8000/ (PORT and DATABASE_URL are honoured)
	@$(PYTHON) manage.py migrate --verbosity 0
	@$(PYTHON) manage.py demo_data --first-start
	@$(PYTHON) manage.py setup_parking_system
	@COLLECTED_STATIC=true exec $(PYTHON) -m config.serve # exec: what make signals is then the server itself, and nothing outlives it

.PHONY: providers
providers: $(VENV)/.installed-providers ## install the libraries of the real payment providers (docs/payments.md)

.PHONY: test
test: ## run the tests on SQLite, then on PostgreSQL (ARGS="..." goes to pytest)
	@$(MAKE) --no-print-directory --keep-going test-sqlite test-postgres

.PHONY: test-sqlite test-postgres
test-sqlite test-postgres: test-%: $(VENV)/.installed-dev $(VENV)/.installed-chromium built
	@echo "Tests on $*"
	@exec $(PYTHON) -m pytest --database=$* --numprocesses=auto $(ARGS)

.PHONY: screenshots
screenshots: $(VENV)/.installed-dev $(VENV)/.installed-chromium built ## take the pictures of the pages in docs/images/ (ARGS="driver-start" for some)
	@exec $(PYTHON) -m tests.browser.screenshots $(ARGS)

.PHONY: evidence
evidence: $(VENV)/.installed-dev ## run the fault matrix, and write docs/evidence/fault-matrix.md (ARGS="--seed 2")
	@exec $(PYTHON) -m tests.money.evidence $(ARGS)

.PHONY: bench bench-growth bench-crowd bench-memory
bench: $(VENV)/.installed-dev ## how fast it is, beside two yardsticks (ARGS="--quick" or "--database sqlite", docs/benchmarks.md)
	@exec $(PYTHON) -m benchmarks paths $(ARGS)
bench-growth: $(VENV)/.installed-dev ## the same with ever more past sessions
	@exec $(PYTHON) -m benchmarks growth $(ARGS)
bench-crowd: $(VENV)/.installed-dev ## everybody at once for the last slots of a zone
	@exec $(PYTHON) -m benchmarks crowd $(ARGS)
bench-memory: $(VENV)/.installed-dev ## the memory of the web workers over many requests
	@exec $(PYTHON) -m benchmarks memory $(ARGS)

.PHONY: check
check: $(VENV)/.installed-dev ## linters, types, the import contract, migrations
	@$(VENV)/bin/ruff check
	@$(VENV)/bin/ruff format --check
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-logo
	@$(MAKE) --no-print-directory migrations-check
	@$(PYTHON) manage.py check

.PHONY: migrations-check
migrations-check: $(VENV)/.installed-dev ## no change of a model is without its migration
	@$(PYTHON) manage.py makemigrations --check --dry-run

.PHONY: format
format: $(VENV)/.installed-dev ## put the code into its form
	@$(VENV)/bin/ruff check --fix-only --quiet
	@$(VENV)/bin/ruff format

.PHONY: texts
texts: $(VENV)/.installed-dev ## gather the texts of pages and errors into the catalogues of their translations
	@$(PYTHON) manage.py parking_texts gather

LOCK = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(ARGS)

.PHONY: lock
lock: $(VENV)/.installed-uv ## lock the dependencies again (ARGS=--upgrade for newer ones)
	@$(LOCK) --group install --output-file requirements/uv.txt
	@$(LOCK) pyproject.toml --output-file requirements/run.txt
	@$(LOCK) pyproject.toml --all-extras --constraint requirements/run.txt --output-file requirements/providers.txt
	@$(LOCK) pyproject.toml --all-extras --group dev --constraint requirements/providers.txt \
		--output-file requirements/dev.txt
	@$(LOCK) --group localstripe --output-file requirements/localstripe.txt

.PHONY: clean
clean: ## remove what was installed and cached; the data in var/ stays
	@rm -rf $(VENV) .import_linter_cache .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What is built from the sources: only when these have changed.

.PHONY: built
built: $(CATALOGUES) $(COLLECTED)

parking/locale/%/LC_MESSAGES/django.mo: parking/locale/%/LC_MESSAGES/django.po | $(VENV)/.installed-run
	@$(PYTHON) manage.py parking_texts compile

$(COLLECTED): $(shell find parking/static -type f) $(VENV)/.installed-run
	@COLLECTED_STATIC=true $(PYTHON) manage.py collectstatic --no-input --clear --verbosity 0

# Stamps: an installation is repeated only when its lock has changed.

$(VENV)/.installed-uv: requirements/uv.txt
	@$(SYSTEM_PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed. If it has another name: make SYSTEM_PYTHON=python3.12 ..."; exit 1; }
	@$(SYSTEM_PYTHON) -c 'import ensurepip' 2>/dev/null || { \
		echo "Python's venv module is needed. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@echo "Installing into $(VENV)"
	@$(SYSTEM_PYTHON) -m venv $(VENV)
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

$(VENV)/.installed-%: requirements/%.txt $(VENV)/.installed-uv
	@$(UV) pip install --quiet --python $(PYTHON) --require-hashes --requirement $<
	@touch $@

# The system's own, so never in .venv. Where there is none, the tests of the pages fail and all others run.
$(VENV)/.installed-chromium: $(VENV)/.installed-dev
	@if $(PYTHON) -m tests.browser.chromium --install; then touch $@; fi
