# Each target does its own set-up in .venv. `make` alone lists the targets. Written for GNU make 3.81 and later.
#
#   PYTHON=python3.12        which Python makes .venv (3.11 or later; delete .venv to change it)
#   PIP_ARGS='…'             further arguments of pip install
#   PYTEST_ARGS='-x -k xor'  further arguments of pytest
#   BENCH_ARGS='--only W1'   further arguments of the benchmark
#   LAB_ARGS='--no-browser'  further arguments of JupyterLab

VENV = .venv
PY = $(VENV)/bin/python
INSTALLED = $(VENV)/.installed
SAMPLE = build/sample_class

# So that terminals in JupyterLab find the course's commands.
ACTIVE = PATH="$(CURDIR)/$(VENV)/bin:$$PATH"

# JupyterLab refuses root, which is who one is in most containers.
AS_ROOT = $(if $(filter 0,$(shell id -u)),--allow-root)

# The environment's own kernel and extensions win over what the user has installed elsewhere.
export JUPYTER_PREFER_ENV_PATH = 1

.PHONY: help grade test test-all learn release bundle solutions notebooks check-notebooks quality results site \
        bench-autodiff bench-regions gpu-check lint clean

help:
	@echo 'Targets:'
	@awk -F ':[^#]*## ' '/^[a-z-]+:[^#]*## / {printf "  make %-16s %s\n", $$1, $$2}' Makefile

grade: $(INSTALLED) ## grade the bundled sample class of assignment 01 from end to end
	$(PY) -m tools.sample_class $(SAMPLE)
	$(PY) -m coursepkg grade 01 --submitted $(SAMPLE)/submitted --output $(SAMPLE)/graded \
	    --json $(SAMPLE)/graded/grades.json

test: $(INSTALLED) ## run the tests, the lessons among them
	$(PY) -m pytest -m "not slow and not browser and not gpu" $(PYTEST_ARGS)

test-all: test ## run the long tests and those in a browser besides
	$(PY) -m pytest -m "slow or browser or gpu" $(PYTEST_ARGS)

learn: release ## lay lessons and assignments into work/ and open JupyterLab on the start page
	$(PY) -m tools.learn assignments/release work
	$(ACTIVE) $(PY) -m coursepkg progress
	$(ACTIVE) $(PY) -m jupyterlab --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/start.ipynb \
	    $(AS_ROOT) $(LAB_ARGS)

release: $(INSTALLED) ## write the students' versions of the assignments to assignments/release
	$(PY) -m coursepkg release

bundle: $(INSTALLED) ## build what students receive: build/bundle and build/bundle.zip
	$(PY) -m tools.bundle build/bundle

solutions: $(INSTALLED) ## write executed solution notebooks, for the instructor
	$(PY) -m coursepkg solutions

notebooks: $(INSTALLED) ## execute and normalise the lessons, redraw the README's picture
	$(PY) -m tools.notebooks execute
	$(PY) -m tools.notebooks normalise
	$(PY) -m tools.readme_picture

check-notebooks: $(INSTALLED) ## report lessons that are stale, dirty or in error
	$(PY) -m tools.notebooks check

quality: $(INSTALLED) ## measure the hidden tests and write the table docs/quality.md
	$(PY) -m tools.quality

results: $(INSTALLED) ## run the studies behind the reproduced results and write the page docs/results.md
	$(PY) -m tools.studies

site: $(INSTALLED) ## build the web edition of the course, to read without Python: build/site
	$(PY) -m tools.site build/site

bench-autodiff: $(INSTALLED) ## time training steps of the NumPy engine beside the frameworks that are installed
	OMP_NUM_THREADS=1 $(PY) -m tests.benchmarks.autodiff $(BENCH_ARGS)

bench-regions: $(INSTALLED) ## time the counting of linear regions beside sampling and exact arithmetic
	OMP_NUM_THREADS=1 $(PY) -m tests.benchmarks.regions $(BENCH_ARGS)

gpu-check: $(INSTALLED) ## print what torch computes as the NumPy engine does, on each device of this machine
	$(PY) -m coursepkg.gpu
	$(PY) -m pytest -m gpu tests/test_gpu.py $(PYTEST_ARGS)

lint: $(INSTALLED) ## run the linter, and check the types of the grading core
	$(PY) -m ruff check
	$(PY) -m mypy

clean: ## remove what was generated; leaves .venv, work/ and gradebooks alone
	rm -rf build assignments/release .pytest_cache .ruff_cache .hypothesis *.egg-info
	find coursepkg tools tests assignments -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): pyproject.toml constraints.txt
	@if $(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then exit 0; fi; \
	for candidate in $(if $(PYTHON),$(PYTHON),python3 python python3.14 python3.13 python3.12 python3.11); do \
	    if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        if ! $$candidate -c 'import ensurepip, venv' 2>/dev/null; then \
	            echo "$$candidate lacks the venv module; on Debian and Ubuntu, install python3-venv." >&2; exit 1; \
	        fi; \
	        echo "Setting up $(VENV) with $$candidate; the first time takes a few minutes."; \
	        exec $$candidate -m venv --clear $(VENV); \
	    fi; \
	done; \
	echo "Python 3.11 or later is needed, and $(if $(PYTHON),$(PYTHON) is not it,none was found); say which with make PYTHON=…" >&2; \
	exit 1
	$(PY) -m pip install $(PIP_ARGS) -c constraints.txt -e '.[test]'
	@touch $(INSTALLED)
