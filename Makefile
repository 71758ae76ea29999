# Kindred's few commands. `make` alone lists them.

VENV := .venv
PORT ?= 8501
# For `make bench`: a folder of many small photos and one of a few big ones; drawn when not given.
PHOTOS ?=
FULL_SIZE ?=
# And the sizes of the table "search at scale", such as ROWS="3000 100000 1000000".
ROWS ?=
# For `make demo`.
PHOTOS_IN_DEMO ?= 3000

SUITABLE = import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
PYTHON ?= $(shell for name in $(VENV)/bin/python python3 python3.13 python3.12 python3.11 python; do \
	"$$name" -c '$(SUITABLE)' 2> /dev/null && echo "$$name" && break; done)

# A process of tests for each processor, and one more because a test waits now and then; who is
# done with its part takes over from the others.
SIDE_BY_SIDE = --numprocesses auto --maxprocesses 4 --dist worksteal

CHECKS = $(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check . && $(VENV)/bin/mypy

.DEFAULT_GOAL := help
.PHONY: help run test lint bench demo model lock clean app-libraries dev-libraries python

help:  ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: app-libraries  ## Install what is missing and start the app on http://localhost:8501 (PORT=… PUBLIC=1)
	@$(VENV)/bin/python -m streamlit run app.py --server.address=$(if $(PUBLIC),0.0.0.0,localhost) \
		--server.port=$(PORT) --server.headless=true --browser.gatherUsageStats=false $(if $(PUBLIC),-- --public)

test: dev-libraries  ## Install what testing needs, a browser included; check and test everything
	@told=$$(mktemp); { ($(CHECKS)) > $$told 2>&1; checked=$$?; cat $$told; exit $$checked; } & checks=$$!; \
	KINDRED_BROWSER="$$($(VENV)/bin/python tools/browser.py)" $(VENV)/bin/python -m pytest $(SIDE_BY_SIDE); \
	tested=$$?; wait $$checks || { cat $$told; tested=1; }; rm -f $$told; exit $$tested

lint: dev-libraries  ## Check style and types
	@$(CHECKS)

bench: dev-libraries  ## Measure speed and memory (PHOTOS=folder FULL_SIZE=folder ROWS="3000 100000")
	@$(VENV)/bin/python -m tests.benchmarks $(if $(PHOTOS),--photos "$(PHOTOS)") \
		$(if $(FULL_SIZE),--full-size "$(FULL_SIZE)"); measured=$$?; \
	$(VENV)/bin/python -m tests.benchmarks.scale $(if $(ROWS),--rows $(ROWS)) && exit $$measured

demo: app-libraries  ## Draw and index the demo collection anew (after a new model: PHOTOS_IN_DEMO=…)
	@$(VENV)/bin/python -m tools.demo --photos "$(PHOTOS_IN_DEMO)"

model: app-libraries  ## Train the bundled model anew, hours of work (SHOPS="folder folder", TEACHER=weights)
	@$(VENV)/bin/python -m tools.model $(SHOPS) $(if $(TEACHER),--teacher-weights $(TEACHER))

lock: dev-libraries  ## Pin every version anew, indirect ones too, after a change of requirements*.txt
	@$(VENV)/bin/python -m tools.lock

everyday: app-libraries  ## Train the general model anew, an hour (EVERYDAY="--captioned … --tagged … --named … --texts …")
	@$(VENV)/bin/python -m pip install --quiet --requirement tools/requirements-model.txt
	@$(VENV)/bin/python -m tools.everyday_model $(EVERYDAY)

clean:  ## Remove the libraries and caches; collections in .kindred stay
	rm -rf $(VENV) build .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

app-libraries: python
	@$(PYTHON) tools/environment.py requirements.lock

dev-libraries: python
	@$(PYTHON) tools/environment.py requirements.lock requirements-dev.lock

python:
	@test -n "$(PYTHON)" || { echo "Kindred needs Python 3.11, 3.12 or 3.13 and found none:" \
		"install one, or name it with 'make PYTHON=/path/to/python'." >&2; exit 1; }
