# make run   sets up .venv and shows the blocks of a sample page in colour
# make serve sets up .venv with the extra [serve], and starts the service and its page; Ctrl-C ends it
# make check sets up .venv and runs the linter, the type checker and the fast tests, in about a minute
# make test  sets up .venv and runs the linter, the type checker and all tests
# make core  compiles the C core anew, which `make check` and `make test` do where its sources changed
# make clean removes .venv and the compiled core
# make help  shows these lines
# PYTHON=python3.12 make test  uses another interpreter, 3.11 to 3.14

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet --editable
PYTEST := $(BIN)/python -m pytest --numprocesses auto --dist loadfile
SAMPLE := tests/pages/sample.html

CORE := classifier/compiled/.built

.PHONY: run serve check test lint core clean help
.DELETE_ON_ERROR:

run: $(VENV)/installed $(CORE)
	$(BIN)/copydesk classify $(SAMPLE) --output table --color always
	@echo
	@echo 'Next: $(BIN)/copydesk classify YOUR-PAGE.html, or $(BIN)/copydesk --help, or make serve for the page.'
	@echo 'docs/README.md lists the manual.'

serve: $(VENV)/installed-to-serve $(CORE)
	$(BIN)/copydesk serve

help:
	@sed -n '/^#/!q; s/^# //p' Makefile

check: lint
	$(PYTEST) -m 'not slow'

test: lint
	$(PYTEST)

core: $(CORE)

$(CORE): .ci/build_core.py $(wildcard classifier/compiled/c/*) | $(VENV)/created
	$(BIN)/python .ci/build_core.py
	@touch $@

lint: $(VENV)/installed-for-tests $(CORE)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy

$(VENV)/created: Makefile
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' || \
	  { echo '$(PYTHON) is not Python 3.11 to 3.14; name one that is: make PYTHON=python3.12' >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/installed: pyproject.toml $(VENV)/created
	$(PIP) .
	@touch $@ $(CORE)

$(VENV)/installed-to-serve: pyproject.toml $(VENV)/created
	$(PIP) '.[serve]'
	@touch $@ $(VENV)/installed $(CORE)

$(VENV)/installed-for-tests: pyproject.toml $(VENV)/created
	$(PIP) '.[test]'
	@touch $@ $(VENV)/installed $(VENV)/installed-to-serve $(CORE)

clean:
	rm -rf $(VENV) $(CORE) classifier/compiled/copydesk_core.*
