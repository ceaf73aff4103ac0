# One word for each thing people and CI do. The only needs are make and Python 3.11 or newer; `make test` says what else.

PYTHON ?= python3
UV := .uv/bin/uv
BIN := .venv/bin

# Tools that load the settings need secrets, but no real ones, and touch no database.
CHECK_ENV := OTA_SECRET_KEY=check OTA_ENCRYPTION_KEY=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE= DATABASE_URL=sqlite://:memory:

.DEFAULT_GOAL := help
.PHONY: help run setup check test e2e bench demo

help: ## List these commands
	@sed -nE 's/^([a-z0-9]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: .venv/.runtime ## Start everything: web, worker, gateway and a private Valkey; Ctrl-C stops it
	@exec $(BIN)/python -m ota_console.run

setup: .venv/.dev ## Make the environment for development

check: .venv/.dev ## Formatters, linters, types, boundaries, migrations, container files
	$(UV) lock --check --quiet
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/djhtml --check templates
	$(CHECK_ENV) $(BIN)/mypy
	$(BIN)/lint-imports
	$(CHECK_ENV) $(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	$(BIN)/python scripts/check_compose.py docker-compose.yml
	$(BIN)/hadolint Dockerfile

test: .venv/.dev ## Install what tests need, then run all of them, embedded and on PostgreSQL, Redis and S3
	$(BIN)/python -m tests.packages
	$(BIN)/python -m tests.matrix

e2e: .venv/.dev ## The browser tests alone
	$(BIN)/python -m tests.packages
	$(BIN)/pytest tests/e2e

bench: .venv/.dev ## Measure; ONLY=gateway.blocks picks one scenario
	$(BIN)/python -m bench $(ONLY)

demo: .venv/.runtime ## Beside a running `make run`: 20 devices that update live
	@exec $(BIN)/python manage.py demo

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "OTA Console needs Python 3.11 or newer; name one with: make run PYTHON=python3.12")'
	@$(PYTHON) -m venv .uv || { rm -rf .uv; echo "This Python cannot make environments; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@.uv/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.13,<0.14'

.venv/bin/python: | $(UV)
	@$(UV) venv --quiet --python "$(PYTHON)" .venv

# An environment for development keeps its tools: --inexact removes nothing.
.venv/.runtime: pyproject.toml uv.lock | $(UV) .venv/bin/python
	@echo "Installing what OTA Console needs into .venv"
	@$(UV) sync --quiet --locked --no-dev --inexact
	@touch $@

.venv/.dev: pyproject.toml uv.lock | $(UV) .venv/bin/python
	@echo "Installing what development needs into .venv"
	@$(UV) sync --quiet --locked
	@touch $@
