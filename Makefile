# Everything from Python >= 3.11 alone: a .venv, uv inside it, the pinned packages.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
UV_VERSION := 0.13.9
BASE := $(VENV)/.base
DEV := $(VENV)/.dev
WEB := node_modules/.package-lock.json
ROOMS := cycle config notifications documents flows web cli
# Tests that share nothing run beside each other, the longest files first. Those with servers and kills mostly wait:
# two files at a time, each process with servers of its own on free ports, and nothing else beside them.
IN_PROCESS := tests/faults/test_troubled_years.py tests/faults/test_mail_loops.py
APART := tests/browser tests/unit tests/integration tests/artefacts tests/layouts $(IN_PROCESS)
ALONE := tests/faults tests/prefect_runs tests/mail_stack $(addprefix --ignore=,$(IN_PROCESS))

.PHONY: setup demo serve test check lint types contract requirements requirements-current bench proof pictures usability look clean help

help:             ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 22

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit("Aarshjul needs Python 3.11 or newer; this is " + sys.version) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(BASE): requirements.txt pyproject.toml | $(UV)
	$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.txt
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q $(ROOMS)
	@touch $@

$(DEV): requirements-dev.txt $(BASE)
	$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements-dev.txt
	@touch $@

$(WEB): package.json package-lock.json $(DEV)
	$(BIN)/python scripts/npm.py ci --no-audit --no-fund --ignore-scripts
	@touch $@

setup: $(BASE)    ## install into .venv; afterwards .venv/bin/aarshjul works

demo: $(BASE)     ## a throwaway municipality on this machine, in the browser (PORT=8001: another port)
	$(BIN)/aarshjul demo $(if $(PORT),--port $(PORT))

serve: $(BASE)    ## the real thing, empty
	$(BIN)/aarshjul serve

# The second half finds what the first has compiled, pytest's rewritten modules too.
test: export PYTHONDONTWRITEBYTECODE =
test: $(DEV) $(WEB)  ## every test
	$(BIN)/python scripts/test_machine.py
	$(BIN)/python -m pytest --numprocesses=logical --dist=loadfile --no-loadscope-reorder $(APART)
	$(BIN)/python -m pytest --numprocesses=2 --dist=loadfile --no-loadscope-reorder $(ALONE)

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEV)
	$(BIN)/mypy $(ROOMS)

contract: $(DEV)
	$(BIN)/lint-imports

check: lint types contract requirements-current  ## linters, types, import contract, pins

requirements: | $(UV)  ## compile the pins anew
	$(UV) pip compile -q --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11 requirements.in -o requirements.txt
	$(UV) pip compile -q --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11 requirements-dev.in -o requirements-dev.txt

requirements-current: $(DEV)
	$(BIN)/python scripts/requirements_current.py

look: $(DEV) $(WEB)  ## build the stylesheet, letters and icons of the pages anew
	$(BIN)/python scripts/look.py

bench: $(DEV)     ## measure; prints ratios against named limits
	$(BIN)/python -m bench

proof: $(DEV) $(WEB)  ## the long proofs; the last output is kept under docs/proof/
	$(BIN)/python scripts/proof.py

pictures: $(DEV)  ## take the pictures of docs/pictures and docs/pages anew (a quarter of an hour)
	PYTHONPATH=. $(BIN)/python scripts/pictures.py
	PYTHONPATH=. $(BIN)/python scripts/page_pictures.py

usability: $(DEV)  ## try the tasks of docs/usability.md in a played demo and count clicks (ten minutes)
	PYTHONPATH=. $(BIN)/python scripts/usability.py

clean:
	rm -rf $(VENV) node_modules
