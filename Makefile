# Everything from nothing but Python >= 3.11 and make. `make help` lists the targets.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
# What is installed, and what is built of the project itself: what setup.py names is compiled where a compiler is there.
NEEDS   = $(VENV)/.needs
STAMP   = $(VENV)/.installed

.PHONY: help setup demo test check bench soak fuzz screenshots lock clean
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: $(STAMP) ## .venv with the project and its pinned, hashed dependencies

$(NEEDS): requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit("Palimpsest needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 setup" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing the pinned dependencies into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-dev.lock
	@touch $@

$(STAMP): $(NEEDS) pyproject.toml setup.py $(wildcard crawler/extract/*.py crawler/detect/language/*.py)
	@echo "building the project …"
	@rm -f crawler/extract/*.so crawler/detect/language/*.so *__mypyc*.so
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q crawler store jobs web # starts a fifth sooner where nobody may write byte code later
	@$(BIN)/python -c 'import crawler.extract.flatten as f; print("crawler.extract is", "plain Python: no C compiler was found, pages are read at a quarter of the speed" if f.__file__.endswith(".py") else "compiled")'
	@touch $@

demo: setup ## track the bundled site through its rounds (ONCE=1: end by itself)
	@$(BIN)/palimpsest demo $(if $(ONCE),--once)

# An archive's server to test against, with packages of its own: some of them are there only as sources.
.venv-pywb/.needs: requirements-pywb.lock
	@echo "installing pywb for the tests into .venv-pywb …"
	@$(PYTHON) -m venv .venv-pywb && .venv-pywb/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-pywb.lock && touch $@

test: setup ## all tests: side by side, and then those that go by the clock (5: none of these were asked for)
	@sh tests/needs.sh
	@$(MAKE) --no-print-directory .venv-pywb/.needs || echo "no pywb here. The tests that need it are skipped."
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal -m "not alone" $(ARGS) || [ $$? -eq 5 ]
	$(BIN)/python -m pytest -m alone $(ARGS) || [ $$? -eq 5 ]

check: setup ## lint, format, types, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup ## the benchmarks: the stripper against installable peers, then the detectors, a visit, and whole passes beside other trackers, and keeping their bodies (BENCH_PYTHON: the peers' Python; ARGS=--quick)
	@$(BIN)/python -m bench.peer_env $(BENCH_PYTHON)
	$(BIN)/python -m bench extract $(ARGS)
	$(BIN)/python -m bench detect $(ARGS)
	$(BIN)/python -m bench judge $(ARGS)
	$(BIN)/python -m bench fetch $(ARGS)
	$(BIN)/python -m bench blobs $(ARGS)

soak: setup ## kill a pass at some hundred random points, on each database (KILLS=300)
	PALIMPSEST_KILLS=$(or $(KILLS),300) $(BIN)/python -m pytest tests/jobs/test_killed.py

fuzz: setup ## mutate pages against the stripper until stopped (needs atheris; ARGS=-max_total_time=60)
	$(BIN)/python -m tests.fuzz.fuzz_extract $(ARGS)

screenshots: setup ## draw docs/demo.png and docs/screenshots/ from a real run
	$(BIN)/python docs/screenshots.py

lock: setup ## resolve the dependencies anew and write all locks
	$(BIN)/uv pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate -o requirements.lock
	$(BIN)/uv pip compile -q pyproject.toml --group dev --extra render --extra s3 --extra parquet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate -o requirements-dev.lock
	$(BIN)/uv pip compile -q --group bench --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate -o requirements-bench.lock
	$(BIN)/uv pip compile -q --group pywb --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate -o requirements-pywb.lock

clean: ## remove what the targets made
	rm -rf crawler/extract/*.so crawler/detect/language/*.so *__mypyc*.so $(VENV) .venv-bench .venv-pywb demo-data build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
