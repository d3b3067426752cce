# Tonewall: every target installs what it needs, inside this folder.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PY := .venv/bin/python
CARD ?= approved
TESTS ?=
# compiled modules are kept: our programs start, and the tests are collected, in half the time
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo run prove test test-fast test-browser check bench docs screenshots ear speech-eval
.PHONY: asterisk browser peers dev lock sounds format clean

help:  ## Show this help
	@if [ -t 1 ] && [ -z "$$NO_COLOR" ]; then on=$$'\033[36m' off=$$'\033[0m'; fi; \
	awk -v on="$$on" -v off="$$off" 'BEGIN {FS = ":.*## "} \
	    /^[a-z-]+:.*## / {printf "  %smake %-13s%s %s\n", on, $$1, off, $$2}' $(MAKEFILE_LIST)

demo: .venv/installed asterisk  ## A real call pays an invoice (CARD=approved|declined|hangup|timeout|spoken)
	@$(PY) -m stack.demo --card $(CARD)

run: .venv/installed asterisk  ## Start the same stack, keep it up, print how to call it
	@$(PY) -m stack.run

prove: .venv/installed asterisk  ## The leak proof: calls with canary cards, then the hunt (N=50, LEAK=<control>)
	@$(PY) -m proof $(if $(N),--calls $(N)) $(if $(LEAK),--leak $(LEAK))

test: .venv/installed asterisk peers  ## All tests, with a real Asterisk and real SIP phones
	$(PY) -m pytest -n 4 --dist loadscope -m "not browser" $(TESTS)

test-fast: .venv/installed  ## The tests that start no program and play no call in real time
	$(PY) -m pytest -n 3 --dist loadscope -m "not asterisk and not peer and not process and not live and not browser" \
	    --hypothesis-profile quick $(TESTS)

test-browser: .venv/installed asterisk browser peers  ## The pages, as stories in a real browser
	$(PY) -m pytest -n 2 --dist loadscope -m browser $(TESTS)

screenshots: .venv/installed browser  ## Take the pictures of the pages: docs/console
	$(PY) -m tests.browser.album

check: .venv/installed  ## Format, lint, types, import rules, size budget, what make docs makes, shipped flows
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(PY) scripts/size_budget.py
	$(PY) -m scripts.render_reference --check
	$(PY) -m ivr check flows && $(PY) -m ivr test flows --min-coverage 95

bench: .venv/installed asterisk peers browser  ## One short call three ways; how many callers can be heard; what agents wait for
	$(PY) -m bench
	$(PY) -m bench.streams
	$(PY) -m bench.desk

speech-eval: .venv/installed  ## How often spoken cards are right: recordings in DATA=folder (N=, PEERS=1)
	@[ -n "$(DATA)" ] || { echo "make speech-eval: name a folder: DATA=folder"; exit 2; }
	$(PY) -m bench.speech_eval $(DATA) $(if $(N),--count $(N)) $(if $(PEERS),--peers)

ear: .venv/installed  ## Train the model of spoken digits anew (DATA=recordings of people, MINUTES=120)
	@[ -n "$(DATA)" ] || { echo "make ear: name the folder that holds fsdd/: DATA=folder"; exit 2; }
	$(PY) -m ear.install
	.tools/ear/bin/python -m ear all $(DATA) $(if $(MINUTES),--minutes $(MINUTES))

asterisk: .venv/installed  ## Find an Asterisk >= 20, or unpack Debian's into .tools/
	@$(PY) -m stack.asterisk

browser: .venv/installed  ## Unpack Debian's Chromium into .tools/
	@$(PY) -m stack.browser

peers: .venv/installed  ## Fetch what tests run against: SIP phones, an SMSC, localstripe
	@$(PY) -m stack.phones
	@$(PY) -m stack.peers localstripe --install-only
	@$(PY) -m stack.node_peers

sounds: .venv/installed  ## Render the prompts whose text changed, in the offline voices (ONLY=en)
	$(PY) scripts/render_sounds.py $(if $(ONLY),--only $(ONLY))
	$(PY) -m scripts.render_words
	$(PY) -m scripts.render_tones

docs: .venv/installed  ## Write what the program knows into docs/ and flows/: tables, diagrams, the schema
	$(PY) -m scripts.render_reference

format: .venv/installed  ## Format the code and mend what the linter can mend
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

lock: .venv/installed  ## Pin the dependencies anew (needs uv on PATH)
	uv pip compile pyproject.toml -q --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-header -o requirements.lock
	uv pip compile pyproject.toml -q --extra dev --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-header -o requirements-dev.lock

dev: .venv/installed  ## Make the virtual environment (.venv) from the pinned lock

.venv/installed: requirements-dev.lock scripts/make_venv.sh
	@scripts/make_venv.sh

clean:  ## Remove what make made (.venv, .tools, run)
	rm -rf .venv .tools run
