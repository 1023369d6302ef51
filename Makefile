# medconcept: `make demo` and `make test` do all the set-up they need. `make` alone explains every target.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check
export GX_ANALYTICS_ENABLED := false

help: ## explain every target
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if (3, 10) <= sys.version_info < (3, 13) else "medconcept needs Python 3.10 to 3.12, this is " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet -r requirements.lock
	$(PIP) install --quiet --no-deps -e .
	command -v cc >/dev/null || $(PIP) install --quiet ziglang==0.13.0  # the matcher's C part needs a compiler
	touch $@

setup: $(VENV)/.installed ## packages, Java, JARs and the parser's native code
	$(PY) -m medconcept.provision java --target build
	$(PY) -m medconcept.provision jars --target build
	-$(PY) -m medconcept.provision native  # what cannot be compiled runs as it stands, slower

demo-data: $(VENV)/.installed ## fetch the real articles and open ontologies
	$(PY) -m medconcept.provision demo-data --target build

demo: setup demo-data ## run the whole pipeline on real articles and look at the result
	$(PY) -m medconcept.cli.demo

# The gold is not ours to give: where it lies, its format and licence, can be told as GOLD="FILE", FORMAT, LICENCE.
GOLD ?= ../shared/data/gold/craft_captions.jsonl
FORMAT ?= craft-captions
LICENCE ?= CC BY 3.0
MODEL ?= build/models/captions
model: setup demo-data ## train the default recogniser of entities, from gold that you have (GOLD, FORMAT, MODEL)
	@test -f "$(GOLD)" || { echo "make model: $(GOLD): no such gold; tell yours as GOLD=FILE FORMAT=craft-captions|pubtator|bioc|conll"; exit 1; }
	$(PY) -m medconcept train_ner --gold "$(GOLD)" --format $(FORMAT) --licence "$(LICENCE)" --text build/demo/articles --out $(MODEL)

package: build/medconcept.zip ## the zip for spark-submit --py-files

# A wheel by another name: Spark puts .zip files on its workers' path, and .whl files not.
build/medconcept.zip: $(VENV)/.installed $(shell find lib conf expectations -type f -not -name '*.pyc')
	rm -rf build/wheel
	$(PIP) wheel --quiet --no-deps --wheel-dir build/wheel .
	cp build/wheel/medconcept-*.whl $@

cluster-up: setup ## start a standalone Spark cluster on this machine: a master and two workers
	$(PY) -m medconcept.provision.cluster up --target build/cluster

cluster-down: ## stop it
	$(PY) -m medconcept.provision.cluster down --target build/cluster

test: setup ## the tests, but for cluster, faults and scale
	$(PY) -m pytest -q -m "not slow" --durations 15 -n 2 --dist loadscope

test-fast: $(VENV)/.installed ## the tests that need no Spark
	$(PY) -m pytest -q -m "not slow and not spark" -n 2

# The kernel compiled with sanitizers, without recovery: the first error ends the test run. Python itself leaks by
# design, and its own libraries are not instrumented, so that libasan must be loaded before them.
SANITISED := build/native/kernel-sanitised.so
SANITISERS := -g -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
NATIVE_TESTS := tests/dictionary/test_dictionary_compiled.py tests/dictionary/test_ordered.py \
	tests/linking/test_linking_kernel.py tests/linking/test_linking_similar.py tests/linking/test_linking_columns.py \
	tests/linking/test_linking_linker.py tests/linking/test_linking_forms.py tests/linking/test_linking_rules.py \
	lib/medconcept/dictionary

$(SANITISED): $(VENV)/.installed $(wildcard lib/medconcept/dictionary/kernel/*) lib/medconcept/dictionary/name_rules.py
	@command -v gcc >/dev/null || { echo "make test-native: gcc is needed, with libasan and libubsan"; exit 1; }
	CC=gcc $(PY) -m medconcept.dictionary.kernel $@ $(SANITISERS)

test-native: $(SANITISED) ## the dictionary's C code under the address and undefined behaviour sanitizers (needs gcc)
	LD_PRELOAD="$$(gcc -print-file-name=libasan.so) $$(gcc -print-file-name=libubsan.so)" \
	ASAN_OPTIONS=detect_leaks=0 MEDCONCEPT_KERNEL=$(abspath $(SANITISED)) \
	$(PY) -m pytest -q -m "not spark" $(NATIVE_TESTS)

test-slow: setup demo-data package test-native ## what make test leaves out
	$(PY) -m pytest -q -m "slow and not long" --durations 15 -n 2 --dist loadscope

test-long: setup ## the bucket's days, faults and kills against a real S3 server
	$(PY) -m pytest -q -m long --durations 15

test-all: test test-slow test-long ## every test

$(VENV)/.bench: $(VENV)/.installed
	$(PIP) install --quiet -e ".[bench]"
	touch $@

# Whatever lies in benchmarks/ as bench_*.py is run; one that wants data that only its user has (exit code 2) is
# passed over, and tells what it wants.
bench: setup demo-data $(VENV)/.bench ## the benchmarks: a table each, and build/bench/<name>.json
	@failed=; for script in benchmarks/bench_*.py; do \
		printf '\n== %s\n' $$script; $(PY) $$script; code=$$?; \
		if [ $$code -eq 2 ]; then echo "passed over"; elif [ $$code -ne 0 ]; then failed="$$failed $$script"; fi; \
	done; if [ -n "$$failed" ]; then echo "failed:$$failed"; exit 1; fi

bench-long: setup demo-data $(VENV)/.bench ## the same at full size: 20,000 articles, 20,000 mutants, 8,000,000 rows (over an hour)
	$(PY) benchmarks/bench_jats_fuzz.py --count 20000 --output build/bench/jats_fuzz_long.json
	$(PY) benchmarks/bench_parse_articles.py --articles 20000 --small 1000 --output build/bench/parse_articles_long.json
	$(PY) benchmarks/bench_inventory.py --rows 8000000
	$(PY) benchmarks/bench_increment.py --articles 20000

docs: $(VENV)/.installed ## generate docs/tables.md from the schemas of the tables
	$(PY) -m medconcept.tables.docs docs/tables.md

lint: $(VENV)/.installed ## ruff, mypy, and the layers of the package
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

format: $(VENV)/.installed ## let ruff format the code
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

clean: ## remove what a build made
	rm -rf build $(VENV) dist

.PHONY: help setup demo-data demo model package cluster-up cluster-down test test-fast test-native test-slow test-long test-all bench bench-long docs lint format clean
