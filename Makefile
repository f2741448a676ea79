# One command each. Everything is installed into .venv in this folder; nothing else on the machine is touched.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CORES := $(shell getconf _NPROCESSORS_ONLN)
WORKERS ?= $(shell expr $(CORES) + 1)# one more than there are cores: many tests wait for nodes

.PHONY: setup demo demo-once run test test-long lint check format bench docs lock clean

setup: $(READY)

$(READY): pyproject.toml requirements.lock tools/setup.sh
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh tools/setup.sh
	@touch $@

demo: $(READY) ## the demonstration laboratory: files, report, and the two nodes that hold them, served on this machine
	@$(BIN)/jointlab demo demo

demo-once: $(READY) ## the same nodes in a temporary folder, in step, proved: one line of JSON
	@$(BIN)/jointlab demo --once

run: demo

test: $(READY) ## every test, about a quarter of an hour on two cores
	$(BIN)/pytest -n $(WORKERS) --dist worksteal -m "not long"

test-long: $(READY) ## everything in full: long fuzzing, all mutations
	$(BIN)/pytest -n auto

lint: $(READY) ## format, lint, types, import directions
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint ## the same, and that docs, catalogues and declarations hold
	$(BIN)/pytest -n auto tests/contract

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY) ## every benchmark, one line a figure
	$(BIN)/python -m benchmarks

bench-%: $(READY)
	$(BIN)/python -m benchmarks $*

docs: $(READY) ## rebuild the generated pages of docs/reference
	$(BIN)/python -m tools.reference_pages

lock: ## resolve the newest versions within pyproject's bounds (needs uv)
	uv pip compile --quiet --no-header --no-annotate --no-emit-index-url --universal --python-version 3.11 --group dev pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) demo .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
