# make run    set up everything, load a demo shop, start, and print what to open
# make test   set up what the tests need (a browser too) and run them all
# make check  lint, format, types, and who may import whom
# make bench  figures: turns, acks, page sizes
# make bench-bars    figures: 2,000 connections, acked messages a second, from Enter to staff's screen
# make bench-understanding   figures: how well messages are understood, and what it costs
# make bench-inbox   figures: search, the list of clients, reports, ten thousand guesses at a password
# make bench-fleet   figures: every page of a client with 300 vehicles: time, bytes, how long the loop is held
# make bench-portal  figures: a client's first pages with 20 and 5,000 invoices, in a shop of 1,000 and 100,000 clients
# make matrix  every page of the portal, phone and desk, light and dark, both languages, by axe-core; and without JavaScript
# make schedule   2,000 messages of 20 clients and 5 staff over two processes that are killed, with Redis away for 30 s
# make fuzz   10,000 made-up messages: nothing private is said, no price is guessed
# make intent name=ask_warranty [code=yes]   start a new intent
# make setup  only set up; make pins   write requirements*.txt anew (needs uv)

.DEFAULT_GOAL := help
.PHONY: help run test check bench bench-bars bench-understanding bench-inbox bench-portal bench-fleet matrix schedule fuzz intent setup setup-test pins clean
.SILENT:

PYTHON ?= python3
PY := .venv/bin/python
# Once there is a virtual environment its own Python checks it: a tenth of a second.
BOOT := $(if $(wildcard $(PY)),$(PY),$(PYTHON))
WORKERS ?= auto
ARGS ?=

help:
	sed -n 's/^# \(make .*\)/\1/p' Makefile

setup:
	command -v $(BOOT) >/dev/null || { echo "set-up: Python 3.11 or newer is needed: install python3" >&2; exit 1; }
	$(BOOT) -m config.bootstrap run

setup-test:
	command -v $(BOOT) >/dev/null || { echo "set-up: Python 3.11 or newer is needed: install python3" >&2; exit 1; }
	$(BOOT) -m config.bootstrap test

run: setup
	exec $(PY) server.py run $(ARGS)

test: setup-test
	$(PY) -m bot.understanding.train var/tests/models & trained=$$!; \
	  node --test $$(find tests/js -name '*.test.js') || { kill $$trained 2>/dev/null; exit 1; }; wait $$trained
	# What was compiled for one process serves the others, and the next run.
	PYTHONDONTWRITEBYTECODE= exec $(PY) -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

check: setup-test
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports

bench: setup-test
	exec $(PY) -m pytest -s -q -p no:randomly -p no:xdist --timeout 600 -o python_files='bench_turn.py' tests/bench $(ARGS)

bench-bars: setup-test
	exec $(PY) -m pytest -s -q -p no:randomly -p no:xdist --timeout 900 -o python_files='bench_bars.py' tests/bench $(ARGS)

bench-understanding: setup-test
	exec $(PY) -m pytest -s -q -p no:randomly -p no:xdist --timeout 1200 -o python_files='bench_understanding.py' tests/bench $(ARGS)

bench-inbox: setup-test
	exec $(PY) -m pytest -s -q -p no:randomly -p no:xdist --timeout 1800 -o python_files='bench_search.py bench_clients.py bench_looking_back.py bench_guesses.py' tests/bench $(ARGS)

bench-fleet: setup-test
	exec $(PY) -m pytest -s -q -p no:randomly -p no:xdist --timeout 600 -o python_files='bench_fleet.py' tests/bench $(ARGS)

bench-portal: setup-test
	exec $(PY) -m pytest -s -q -p no:randomly -p no:xdist --timeout 1800 -o python_files='bench_dashboard.py' tests/bench $(ARGS)

matrix: setup-test
	exec $(PY) -m pytest -s -q -p no:randomly -p no:xdist --timeout 900 -o python_files='matrix_*.py' tests/browser $(ARGS)

schedule: setup-test
	SCHEDULE_MESSAGES=2000 SCHEDULE_KILLS=4 SCHEDULE_REDIS_SECONDS=30 \
	  exec $(PY) -m pytest -s -q -p no:xdist --timeout 1800 tests/faults/test_schedule.py $(ARGS)

fuzz: setup-test
	FUZZ_MESSAGES=10000 exec $(PY) -m pytest -s -q --timeout 1800 tests/dialogues/test_privacy.py $(ARGS)

intent: setup
	test -n "$(name)" || { echo "which? make intent name=ask_warranty" >&2; exit 1; }
	exec $(PY) -m bot.scaffold $(if $(code),--code) "$(name)"

pins:
	command -v uv >/dev/null || { echo "make pins needs uv: pip install uv" >&2; exit 1; }
	for name in requirements requirements-embedded requirements-dev; do \
	  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
	    --no-emit-index-url --no-emit-find-links --no-header --no-annotate $$name.in -o $$name.txt && \
	  sed -i.old "1i\\
	# Written by \`make pins\` from $$name.in; not by hand." $$name.txt && rm -f $$name.txt.old || exit 1; \
	done

clean:
	rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
