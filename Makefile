# Everything here runs in the environment that is active; `.ci/run` makes one of its own.
.PHONY: test quick covered others boot quarter prove planted replanted mutants lint types contracts generated packages lock demo bench soak all

all: lint types contracts test

test:
	pytest

# What needs nothing but this process, in seconds: tests/needs.py says who needs more.
QUICK = not (process or server or browser or image or disk or slow)

# In a quarter of the examples that a property is tried with otherwise, and without a plugin that only a server's
# tests use and that takes a second to load.
quick:
	pytest -m "$(QUICK)" -p no:schemathesis --hypothesis-profile=quick

# The same with all examples, held to the branch coverage of the pure core that pyproject.toml asks for.
covered:
	pytest -m "$(QUICK)" --cov

# The rest of the tests.
others:
	pytest -m "(process or server or browser or image or disk) and not slow"

# The units under a real systemd: a Debian booted with systemd-nspawn. As root; takes minutes.
boot:
	python -m tests.boot

# A quarter of a year of the real daemon on a moved clock. Takes minutes.
quarter:
	pytest -m slow -n 0 tests/daemon/test_quarter.py

# Simulated months under faults, judged by what is true (docs/proof.md): seeds that found something once, and so many
# from `FIRST` on; on all cores.
SEEDS = 20
FIRST = 1
prove:
	python -m tests.simulation --seeds $(SEEDS) --first $(FIRST)

# Whether the prover finds the bugs that are planted for it. Takes minutes. With a new kind of happening each seed is
# another history: `make replanted` looks for seeds that find them, and writes them down.
planted:
	pytest -m slow tests/simulation

replanted:
	python -m tests.simulation --planted all --record

# Whether the quick tests of the pure core see it where one place of it is changed (docs/mutants.md): what decides a
# DELETE. `MUTANTS="--rest --sample 300"`: so many of the rest. Takes the `mutation` extra, and an hour.
MUTANTS =
mutants:
	python -m tests.mutants $(MUTANTS)

lint:
	ruff check
	ruff format --check
	zizmor --offline --quiet --no-progress --persona=pedantic .github

types:
	mypy

contracts:
	lint-imports

# Schema, settings page and examples, from the options themselves.
generated:
	python -m watcher.settings.generate

# The source distribution, and the wheel from it.
packages:
	python -m build

# Pinned with hashes, for any platform; no index address in them.
LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --custom-compile-command "make lock" pyproject.toml

lock:
	$(LOCK) --extra postgres --output-file requirements.txt
	$(LOCK) --extra test --output-file requirements-test.txt

demo:
	lease-watcher demo

# Each prints a baseline of the same run; see benchmarks/README.md.
bench:
	python -m benchmarks
	python -m benchmarks --growth
	python -m benchmarks --looks
	python -m benchmarks --starts
	python -m benchmarks --simulate
	python -m benchmarks.limits
	python -m benchmarks.daemon
	python -m benchmarks.year
	python -m benchmarks.judging
	python -m benchmarks.openings

# A daemon at fifty times the pace, under faults, on SQLite and then on PostgreSQL, so many minutes each: it must stay as large as it is.
MINUTES = 20
soak:
	python -m benchmarks.soak --minutes $(MINUTES)
