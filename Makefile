# The course kit's commands. Paths are relative throughout, so that the folder may have any name, spaces too.
SHELL := /bin/bash
PYTHON ?= python3
PY := .venv/bin/python

# nbgrader calls `alembic` by name, so the environment's programs must be found.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Two OpenMP threads on a busy machine make small matrix products a hundred times slower.
export OMP_NUM_THREADS := 1

SOURCES := nbgrader_config.py $(wildcard source/header.ipynb source/vae/*.ipynb src/*.py)

.DEFAULT_GOAL := help
.PHONY: help setup tools data release demo test lint docs grade accuracy calibrate gallery reference bench attack clean distclean

help:  ## this list
	@grep -hE '^[a-z]+:.*## ' Makefile | sort -s -k1,1 \
	  | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: .venv/.installed tools data  ## .venv with pinned packages, system tools, MNIST

.venv/.installed: requirements.lock pyproject.toml
	test -x $(PY) || $(PYTHON) -m venv .venv
	$(PY) -m pip install -c requirements.lock -e '.[dev]'
	@touch $@

tools: .venv/.installed  ## bubblewrap and fonts, by apt as root (else prints the command)
	@$(PY) -m coursekit tools

data: .venv/.installed  ## MNIST in data/, SHA-256 checked
	@$(PY) -m coursekit data

release: setup build/release.stamp  ## the student version in release/, from source/

# Without a gradebook nbgrader knows no assignment, whatever lies in release/.
ifeq ($(wildcard gradebook.db),)
.PHONY: build/release.stamp
endif
build/release.stamp: $(SOURCES) | .venv/.installed
	$(PY) -m nbgrader generate_assignment vae --force
	$(PY) -m coursekit data
	@mkdir -p build && touch $@

demo: release build/demo/.graded  ## grade a sample class in build/demo and show its points
	@$(PY) -m coursekit points --course build/demo

build/demo/.graded: $(SOURCES) $(wildcard coursekit/*.py coursekit/templates/*/* grader_tests/* corpus/*/*.py) | build/release.stamp
	$(PY) -m coursekit demo
	@touch $@

# Two workers, whose tests start processes of their own but let few of them compute at once: of eight on two processors each
# takes a third more processor time than of two, of four a fifth.
test: setup lint  ## lint and the whole test suite
	$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: .venv/.installed  ## ruff and mypy
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

docs: .venv/.installed  ## the documentation as a site, in build/site
	$(PY) -m mkdocs build

accuracy: setup  ## false rejections and acceptances of the checks, over sample and generated solutions
	$(PY) -m benchmarks.accuracy
	$(PY) -m benchmarks.generated

calibrate: setup  ## bands for trained models, from right solutions over many seeds (takes long)
	$(PY) -m benchmarks.calibrate

gallery: release  ## docs/gallery.md: what every analysis of src/ draws, of trained models (takes minutes)
	$(PY) -m tools.gallery

reference: setup  ## what the reference solution reaches, and docs/reference-results.md (about half an hour)
	$(PY) -m benchmarks.reference

grade: release  ## grade the class in submitted/ with all processors
	$(PY) -m coursekit grade vae

bench: release  ## time and memory, and docs/performance.md from them (takes about an hour)
	rm -f build/speed.json build/class.json build/scale.json
	-$(PY) -m benchmarks.speed
	-$(PY) -m benchmarks.class_time
	-$(PY) -m benchmarks.scale
	$(PY) -m benchmarks.performance

attack: release  ## hostile and broken submissions, and what the sandbox costs (takes tens of minutes)
	$(PY) -m benchmarks.attack

clean:  ## remove generated files, but not .venv, data, the gradebook or student work
	rm -rf build .pytest_cache .mypy_cache .ruff_cache *.egg-info

distclean: clean  ## clean, and .venv and data (do this after moving the folder)
	rm -rf .venv data
