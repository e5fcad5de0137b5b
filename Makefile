# Each target does all its own set-up from nothing but Python 3.11 or newer and make.
SHELL := /bin/sh
.DEFAULT_GOAL := help
VENV := .venv
UV := .tools/bin/uv
READY := $(VENV)/.ready

.PHONY: help run test test-long check bench bench-scale bench-dashboard bench-peers simulate chaos conformance screenshots openapi clean

help: ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/:/' | column -t -s ':'

run: $(READY) ## start the server and the page; the first start brings a demo and a request
	@$(VENV)/bin/tizmoret serve

# Three at once on two processors: the one with the browser waits for it half of its time.
test: $(READY) ## all tests but the long ones
	@sh scripts/chromium.sh
	@$(VENV)/bin/pytest -n 3 --dist loadgroup -rs

test-long: $(READY) ## the long tests
	@sh scripts/chromium.sh
	@$(VENV)/bin/pytest -n 2 --dist loadgroup -rs -m long

check: $(READY) ## style, types, layers, lock
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports
	@$(UV) lock --check --quiet
	@$(VENV)/bin/python -m scripts.openapi --check

bench: $(READY) ## the figures of docs/figures.md, measured here
	@$(VENV)/bin/python -m bench

bench-scale: $(READY) ## many executions, clients and events; LARGE=1 for minutes of it
	@$(VENV)/bin/python -m bench scale $(if $(LARGE),--large)

bench-dashboard: $(READY) ## the page in a browser: load, bytes, frames, memory, event to pixel
	@sh scripts/chromium.sh
	@$(VENV)/bin/python -m bench dashboard

bench-peers: $(READY) ## other engines beside this one, each in its own environment, by the same workloads (minutes)
	@$(VENV)/bin/python -m bench.peers

simulate: $(READY) ## a million events of simulated processes, faults of every kind, each checked (SEED=7 EVENTS=20000 for others)
	@$(VENV)/bin/python -m tests.simulation --seed $(or $(SEED),1) --events $(or $(EVENTS),1000000)

chaos: $(READY) ## faults of all kinds for 90 s (SECONDS=600 or KILLS=300 for more), then the proof that the check would find a fault
	@$(VENV)/bin/tizmoret verify --seconds $(or $(SECONDS),90) $(if $(KILLS),--kills $(KILLS))
	@$(VENV)/bin/pytest -m chaos -n 0 --timeout=1800

conformance: $(READY) ## the conformance suite of MCP against our server and client (three minutes; fetches the suite from npm)
	@$(VENV)/bin/python -m scripts.mcp_conformance

screenshots: $(READY) ## the pictures of the README
	@sh scripts/chromium.sh
	@$(VENV)/bin/python -m scripts.screenshots

openapi: $(READY) ## web/openapi.json, of which the dashboard takes its types
	@$(VENV)/bin/python -m scripts.openapi

clean: ## remove what the targets made
	rm -rf $(VENV) .tools web/node_modules web/generated src/tizmoret/_web .mypy_cache .ruff_cache .pytest_cache

$(UV):
	@sh scripts/uv.sh

$(READY): $(UV) pyproject.toml uv.lock hatch_build.py src/tizmoret/locales/he.json web/index.html web/package-lock.json web/openapi.json $(wildcard web/src/* web/src/*/* web/src/*/*/*)
	@echo "Setting up $(VENV) (once, and after changes) ..."
	@python="$$(sh scripts/python.sh)" && UV_PYTHON="$$python" $(UV) sync --frozen --quiet </dev/null
	@touch $@
