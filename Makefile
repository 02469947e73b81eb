# Everything starts from Python 3.11 or later (with venv) and Node.js 20 or later (with npm); nothing else is needed.
# PORT and PYTHON can be chosen: make demo PORT=8080 PYTHON=python3.12

PORT ?= 8000
SETUP = @PYTHON="$(PYTHON)" sh scripts/setup.sh
MANAGE = .venv/bin/python manage.py

.DEFAULT_GOAL := help
.PHONY: help demo run test check audit bench clean setup

help:
	@echo "make demo   a dashboard over sandbox clouds, with some days of history: http://127.0.0.1:$(PORT)"
	@echo "make run    the same without demo data, for your own accounts"
	@echo "make test   every test"
	@echo "make check  lint, types, import contracts, deployment checks, missing migrations"
	@echo "make audit  known weaknesses of the packages in the lock files; says what could not be looked up"
	@echo "make bench  the benchmarks"
	@echo "make clean  remove what was installed and built; your data in var/ stays"

demo:
	$(SETUP) base
	@exec $(MANAGE) demo --port $(PORT)

run:
	$(SETUP) base
	@exec $(MANAGE) up --port $(PORT)

setup:
	$(SETUP) dev

test: setup
	.venv/bin/pytest -n 2 --dist loadfile

check: setup
	@sh scripts/check.sh

audit: setup
	@.venv/bin/python -m scripts.weaknesses

bench: setup
	.venv/bin/python -m benchmarks

clean:
	rm -rf .venv node_modules static/vendor staticfiles build .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
