# `make demo` and `make test` install what they need on the first run, and nothing on the next.
# The only prerequisite is Python 3.11 or later with its venv module.

.DEFAULT_GOAL := help

PYTHON_READY := .venv/.installed
NODE_READY := node_modules/.installed
PYTHON := .venv/bin/python

export PATH := $(CURDIR)/.venv/bin:$(PATH)
export SOLCX_BINARY_PATH := $(CURDIR)/tools/solc

# pytest without Brownie's plugin, which would compile, and start a chain of its own.
PYTEST := $(PYTHON) -m pytest -p no:pytest-brownie
BROWNIE_TEST := .venv/bin/brownie test

# A Python that can install JP20, for what runs before there is an environment.
FIND_PYTHON := for python in python3.11 python3.12 python3.13 python3 none; do \
		if $$python -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then break; fi; \
	done; \
	if [ $$python = none ]; then \
		echo "JP20 needs Python 3.11 or later with its venv module (Debian: python3-venv); none is on PATH." >&2; exit 1; \
	fi

.PHONY: help env demo chain wheel poa test test-python test-installed test-network test-contracts test-anvil test-invariants bench bench-poa bench-register lint format messages compile lock mutants clean

help: ## show this list
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 18

env: $(PYTHON_READY) $(NODE_READY) ## install everything into .venv and node_modules
	@:

demo: env ## story 1 on a Ganache chain: issue to 1,200 holders, and what happens to a token in its life
	@$(PYTHON) scripts/demo.py

chain: env ## a Ganache for the tutorial and the scripts, until Ctrl-C; CHAIN=anvil: anvil
	@$(PYTHON) tools/chain.py $(CHAIN)

wheel: ## the package for those who only use it, into dist
	@rm -rf build/lib build/bdist.* dist build/packing
	@$(FIND_PYTHON); $$python -m venv build/packing
	@build/packing/bin/pip --disable-pip-version-check --quiet wheel --no-deps --wheel-dir dist .
	@rm -r build/packing build/lib && ls dist/*.whl

poa: env ## four validators of four organisations, the stories on them, and validators that fail
	@$(PYTHON) tools/poa.py

test: test-python test-contracts test-invariants ## Python, contracts on Ganache, invariants

test-python: env ## unit, integration, command line and scenario tests
	@$(PYTEST) -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(wildcard tests/scenarios tests/cli tests/integration tests/unit)

test-installed: env ## the wheel in environments of its own: with the oldest versions allowed, in another project
	@$(PYTEST) tests/installed

test-network: env ## four geth validators that are killed, paused, cut from each other and wiped (8 minutes)
	@$(PYTEST) tests/network

test-contracts: env ## contract tests on Ganache
	@$(BROWNIE_TEST) --network ganache

test-anvil: env ## contract tests on anvil
	@$(BROWNIE_TEST) --network anvil

test-invariants: env ## fuzzed invariants of the token, with forge
	@forge test

mutants: env ## break the token on purpose, and see the invariants find it (15 minutes)
	@$(PYTHON) tools/mutate.py

bench: env ## gas and throughput beside the peers, to bench/results
	@$(PYTHON) -m bench

bench-poa: env ## throughput on four validators, to bench/results (30 minutes, ten of them a soak)
	@$(PYTHON) -m bench.poa

bench-register: env ## the index of the register on a made-up chain, to bench/results (5 minutes)
	@$(PYTHON) -m bench.register

lint: env ## ruff, solhint, mypy, messages, and the contracts' sizes, layouts and selectors
	@ruff check .
	@ruff format --check .
	@solhint --disc --noPoster --max-warnings 0 'contracts/**/*.sol'
	@mypy
	@mypy scripts
	@lint-imports --no-logo --no-cache
	@$(PYTHON) tools/check_house.py
	@$(PYTHON) tools/messages.py --check
	@$(PYTHON) tools/list_errors.py --check
	@$(PYTHON) tools/compile_contracts.py --check
	@$(PYTHON) tools/check_contracts.py

format: env ## let ruff put the Python into its form
	@ruff check --fix .
	@ruff format .

messages: env ## take the messages out of the code into the Japanese catalogue, compile it, list the errors
	@$(PYTHON) tools/messages.py
	@$(PYTHON) tools/list_errors.py

compile: env ## compile the contracts into the Python package
	@$(PYTHON) tools/compile_contracts.py

lock: env ## resolve the exact versions again, after a change in pyproject.toml or package.json
	@uv pip compile --quiet --universal --python-version 3.11 --extra dev --no-header --no-annotate \
		--generate-hashes pyproject.toml --output-file requirements-dev.txt
	@# In a folder without node_modules: npm would lock only what this machine has of the native programs.
	@rm -rf build/lock && mkdir -p build/lock && cp package.json .npmrc build/lock/
	@cd build/lock && npm install --package-lock-only --loglevel=error
	@mv build/lock/package-lock.json . && rm -r build/lock

clean: ## remove what was installed or made
	rm -rf .venv node_modules build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis jp20.egg-info

$(PYTHON_READY): pyproject.toml requirements-dev.txt tools/environment.py
	@$(FIND_PYTHON); $$python tools/environment.py python
	@touch $@

$(NODE_READY): package.json package-lock.json | $(PYTHON_READY)
	@$(PYTHON) tools/environment.py node
	@touch $@
