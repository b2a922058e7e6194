# Every target is one line of help; `make help` lists them. make setup is quick when nothing has changed.
.DEFAULT_GOAL := help
.PHONY: help setup demo test slow fuzz check docs bench bench-cluster lock corpus wheel wheelhouse plugin plugin-test evals clean
BIN := .venv/bin
RUN ?= runs/demo
NOTEBOOK ?= runs/notebook
CORES ?= 2
TESTERS ?= 2
OUT ?= work/corpus
SHARED ?= $(or $(ASSAYLINE_SHARED),../shared)
export OMP_NUM_THREADS ?= 1

help: ## show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## make .venv from requirements.lock (finds a Python 3.12 or 3.13, gets uv)
	@tools/setup

demo: setup ## instrument files and real counts to a notebook entry and a report, in RUN=runs/demo
	@$(BIN)/assayline run lab_to_notebook --run $(RUN) --cores $(CORES) --config notebook=$(NOTEBOOK)

test: setup ## every test; PYTEST="-k convert" narrows
	@$(BIN)/pytest -n $(TESTERS) --dist loadgroup $(PYTEST)

slow: setup ## the long tests: fifty blanked cells a file, kills, fuzzing, simulations
	@$(BIN)/pytest -m slow $(PYTEST)

check: setup ## lint, format, types, structure, generated documents, workflows
	@$(BIN)/python tools/check.py

docs: setup ## write the generated documents again
	@$(BIN)/python tools/documents.py --write

bench: setup ## speed and memory: converters against the reference package, single cells against scanpy, the notebook; JSON in work/
	@$(BIN)/python tools/bench.py --shared $(SHARED) --json work/bench.json
	@$(BIN)/python tools/bench_cells.py --json work/bench_cells.json
	@$(BIN)/python tools/bench_notebook.py --json work/bench_notebook.json

bench-cluster: setup ## what Nextflow and Snakemake cost on a real Slurm beside the work itself (root, Slurm installed)
	@$(BIN)/python tools/bench_cluster.py --json work/bench_cluster.json

fuzz: setup ## damage INPUTS=5000 corpus files in seeded ways and convert them
	@$(BIN)/python tools/fuzz.py --shared $(SHARED) --inputs $(or $(INPUTS),5000)

corpus: setup ## convert SHARED/corpus into OUT=DIR, in the layout that asm_compare.py reads
	@$(BIN)/python tools/corpus.py $(SHARED)/corpus $(OUT)

lock: setup ## resolve every dependency again into requirements.lock (hashes, no hosts)
	@tools/uv pip compile --quiet --universal --generate-hashes --no-header --upgrade --python $(BIN)/python \
	  pyproject.toml --all-extras --group dev -o requirements.lock

wheel: setup ## build dist/assayline-*.whl
	@$(BIN)/python -m hatchling build -t wheel

wheelhouse: setup ## fill dist/wheelhouse with wheels for machines without network; EXTRAS=advisor
	@tools/wheelhouse dist/wheelhouse $(or $(EXTRAS),advisor)

plugin: setup ## build dist/assayline-plugin-*.zip from the tracked files and have the Claude Code client validate it
	@$(BIN)/python tools/build_plugin.py

plugin-test: setup ## the skills and tools in the real client, led by a scripted model; installs the pinned client
	@tools/claude-client >/dev/null && $(BIN)/pytest -n $(TESTERS) --dist loadgroup tests/plugin $(PYTEST)

evals: setup ## check the skills' evaluations; with ANTHROPIC_API_KEY and RUN_EVALS=1 run them with and without the skills
	@$(BIN)/python tools/evals.py $(if $(RUN_EVALS),--run)

clean: ## remove what was built and cached, not the runs
	@rm -rf dist build .pytest_cache .ruff_cache .mypy_cache
