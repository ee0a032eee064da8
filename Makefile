# Everything is built in release configuration, into one .build folder.

SHELL := /bin/bash
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help setup build quickstart test bench lint format

SOURCES := Package.swift Sources Tests

help: ## Show this list.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what is missing of the system's libraries.
	@Scripts/setup.sh

build: setup ## Build poise and enginebench.
	swift build -c release

quickstart: ## Set up, build, sweep a small long-tailed data set, report. Ten minutes.
	@Scripts/quickstart.sh

test: setup lint ## Check the formatting, build with warnings as errors, run every test.
	swift build -c release --build-tests --explicit-target-dependency-import-check error
	@swift test -c release --skip-build --disable-xctest

bench: setup ## Time the engine side by side with PyTorch.
	@Benchmarks/run.sh

lint: ## Check the formatting.
	swift format lint --strict --parallel --recursive $(SOURCES)

format: ## Format the sources in place.
	swift format --in-place --parallel --recursive $(SOURCES)
