# Everything runs on a machine that has only Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
export PORT
STAMP := $(VENV)/.installed
CATALOGUES := $(wildcard hubapp/web/locale/*/LC_MESSAGES/messages.po)
COMPILED := $(CATALOGUES:.po=.mo)

.PHONY: demo test check format soak axe bench mutants setup lock pictures messages clean

demo: setup
	@$(BIN)/hubapp demo

setup: $(STAMP) $(COMPILED)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("hubapp needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Set PYTHON=python3.x.") if sys.version_info < (3, 11) else 0'
	@echo "Installing into $(VENV) (once) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

%.mo: %.po $(STAMP)
	@$(BIN)/pybabel --quiet compile -i $< -o $@

# For translators: collect messages from code and templates into every catalogue.
messages: setup
	@mkdir -p build
	$(BIN)/pybabel --quiet extract -F babel.cfg -k _l -k lazy_gettext -k lazy_ngettext:1,2 --sort-by-file --no-location \
	  --project hubapp --version 1 --copyright-holder hubapp -o build/messages.pot .
	@for language in fr ar; do $(BIN)/pybabel --quiet update --no-fuzzy-matching --ignore-pot-creation-date --width 110 -i build/messages.pot -d hubapp/web/locale -l $$language || exit 1; done

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --check --lint --quiet templates
	$(BIN)/deptry .
	$(BIN)/hubapp hubs check

format: setup
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .
	$(BIN)/djlint --reformat --quiet templates || true

test: setup
	$(BIN)/python -m pytest -n auto --dist loadgroup

# How long the state machine of money runs with random seeds; a failure prints its seed and the fewest steps to it.
# HUBAPP_SEED=n runs that seed alone. HUBAPP_KILLS: how often kill -9 then ends database, web and worker.
MINUTES ?= 60
HUBAPP_KILLS ?= 100

soak: setup
	$(BIN)/python -m tests.journeys.money_machine --minutes $(MINUTES)
	HUBAPP_KILLS=$(HUBAPP_KILLS) $(BIN)/python -m pytest -q -n0 tests/journeys/test_crashes.py

# Every page of the URL map in all 24 looks: phone and desktop, light and dark, left-to-right and right-to-left, as each
# of the three hubs looks; the main pages of the demo in four. A keyboard gets at everything on them, key by key.
axe: setup
	HUBAPP_AXE=all $(BIN)/python -m pytest -q -n auto --dist loadgroup tests/browser/test_map.py tests/browser/test_accessible.py

# ONLY="lists hubs open" measures these alone; a name that does not exist is answered with all of them.
ONLY ?=

bench: setup
	$(BIN)/python -m tests.benchmarks $(ONLY)

# Plant small faults in the pure core of compensation, one at a time: its tests have to find nine of ten.
# SAMPLE=200 tries so many, chosen by SEED; without it all of them.
SAMPLE ?= 0
SEED ?= 1

mutants: setup
	$(BIN)/python -m tests.mutants --sample $(SAMPLE) --seed $(SEED)

pictures: setup
	$(BIN)/python -m tests.browser.pictures

# For maintainers: resolve dependencies anew. The lock holds names, versions and hashes only.
lock:
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate -o requirements.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache build
