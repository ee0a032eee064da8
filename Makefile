# Everything is built in release configuration, into one .build folder.

SHELL := /bin/bash
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help setup build quickstart test faults fuzz proofs check-report check-latex bench bench-judge asan tsan lint lint-c format format-c

SOURCES := Package.swift Sources Tests
C_SOURCES := $(shell find Sources/C* -name '*.[ch]' -o -name '*.def')

# The style depends on the version, so it is not the system's.
CLANG_FORMAT_VERSION := 21.1.8
CLANG_FORMAT_HOME := .build/lint/clang-format-$(CLANG_FORMAT_VERSION)
CLANG_FORMAT := $(CLANG_FORMAT_HOME)/bin/clang-format

REPORT_CHECKERS := .build/check-report

help: ## Show this list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what is missing of the system's libraries, and note the commit for --version.
	@Scripts/setup.sh
	@Scripts/stamp.sh

build: setup ## Build poise and enginebench.
	swift build -c release

quickstart: ## Set up, build, sweep a small long-tailed data set, report.
	@Scripts/quickstart.sh

test: setup lint ## Check the formatting, build with warnings as errors, run every test.
	swift build -c release --build-tests --explicit-target-dependency-import-check error
	@Scripts/test.sh

check-report: setup $(REPORT_CHECKERS) ## Check pages with the Nu validator and axe, light and dark, wide and narrow.
	swift build -c release --product poise
	@$(REPORT_CHECKERS)/bin/python Scripts/check_report.py --poise "$$(swift build -c release --show-bin-path)/poise" \
	  $(if $(PICTURES),--pictures $(PICTURES))

$(REPORT_CHECKERS): Scripts/check-report.txt
	python3 -m venv $@
	$@/bin/pip install --quiet -r Scripts/check-report.txt
	@touch $@

faults: setup ## Break sweeps for an hour in every way, and write the table of Docs/reliability.md.
	swift build -c release --product poise
	@python3 Scripts/faults --poise "$$(swift build -c release --show-bin-path)/poise"; code=$$?; \
	  python3 Scripts/faults --table Docs/reliability.md; exit $$code

fuzz: setup ## Let libFuzzer look for inputs that break a reader: every entry for MINUTES, ten if not said.
	@Scripts/fuzz.py --minutes $(or $(MINUTES),10) $(ENTRIES)

proofs: setup ## Measure every strategy's golden tests and promises, and write Docs/strategies.md.
	swift build -c release --build-tests
	swift build -c release --product poise
	@mkdir -p .build/proofs
	@swift test -c release --skip-build --disable-xctest --filter 'Golden|HeadPhase' > .build/proofs/golden.log \
	  || { cat .build/proofs/golden.log; exit 1; }
	@Scripts/proofs.py .build/proofs/golden.log "$$(swift build -c release --show-bin-path)/poise"

check-latex: setup ## Compile the LaTeX tables of results.sqlite with pdflatex.
	swift build -c release --product poise
	@Scripts/check_latex.sh "$$(swift build -c release --show-bin-path)/poise"

bench: setup ## Time the engine side by side with PyTorch.
	@Benchmarks/run.sh

bench-judge: setup ## Compare nine rounds with Benchmarks/thresholds.json; fail where one is missed for certain.
	@python3 -m doctest Benchmarks/intervals.py Benchmarks/judge.py
	@Benchmarks/run.sh --rounds 9 --parts train,eval,threads
	@python3 Benchmarks/judge.py "$$(ls -t Benchmarks/out/*.json | head -n 1)"

asan: setup ## Run the tests of rooms that touch raw memory under the address sanitizer.
	@Scripts/sanitize.sh address

tsan: setup ## Run the same tests under the thread sanitizer.
	@Scripts/sanitize.sh thread

lint: ## Check the formatting.
	swift format lint --strict --parallel --recursive $(SOURCES)

format: ## Format the sources in place.
	swift format --in-place --parallel --recursive $(SOURCES)

lint-c: $(CLANG_FORMAT) ## Check the formatting of the C sources.
	$(CLANG_FORMAT) --dry-run --Werror $(C_SOURCES)

format-c: $(CLANG_FORMAT) ## Format the C sources in place.
	$(CLANG_FORMAT) -i $(C_SOURCES)

$(CLANG_FORMAT):
	python3 -m venv $(CLANG_FORMAT_HOME)
	$(CLANG_FORMAT_HOME)/bin/pip install --quiet clang-format==$(CLANG_FORMAT_VERSION)
