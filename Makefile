# What a person or a CI machine does with this project. Each target sets up what it needs, says what takes long, and is quiet
# about what is done. Needed beforehand: Rust, a C compiler, Python 3.

.DEFAULT_GOAL := help
.PHONY: help demo call test bench plugins models wasm closare plugin-files
.SUFFIXES:

# The engine that people use is built for release; tests go by the dev profile, and neither needs the other.
PROFILE ?= release
ifeq ($(PROFILE),release)
CLOSARE := target/release/closare
BUILD := cargo build --release --package closare-cli
BUILDING := Building Closare for release (10 to 15 minutes on two cores, the first time)
else
CLOSARE := target/debug/closare
BUILD := cargo build --workspace --bins --tests --examples
BUILDING := Building Closare and its tests (10 to 15 minutes on two cores, the first time)
endif

# Everything is expected below target/.
unexport CARGO_TARGET_DIR
export PYTHONDONTWRITEBYTECODE := 1

STEP := python3 tests/prepare/steps.py

help:
	@echo 'make demo      hear Closare take a call; no account, no key, no phone'
	@echo 'make call      keep it up and call it yourself, with a softphone or from a PBX'
	@echo 'make test      every test, with what they need'
	@echo 'make soak      kills, a database that is away, dead vendors: at length, about a quarter of an hour'
	@echo 'make fuzz      what strangers send, made up for as long as you like: TIME=60 seconds a target, TARGET=sdp'
	@echo 'make bench     Closare beside its peers on one workload, about 40 minutes'
	@echo 'make plugins   the plugins, as WASM, into target/closare-plugins'
	@echo 'make models    the weights of the offline plugins, into your cache folder'
	@echo
	@echo 'The first time takes about 25 minutes on two cores, the second a few seconds.'

demo: ready
	@$(CLOSARE) demo $(ARGS)

call: ready
	@$(CLOSARE) serve --show-calls $(ARGS)

test:
	@python3 tests/run.py

.PHONY: fuzz
fuzz:
	@TIME='$(TIME)' TARGET='$(TARGET)' python3 tests/fuzz/guided.py

.PHONY: soak
soak:
	@CLOSARE_SOAK=1 python3 tests/run.py --soak

bench: ready
	@sh tests/prepare/machine.sh bench
	@python3 tests/bench/bench.py $(ARGS)

plugins: ready

models:
	@sh tests/prepare/machine.sh python
	@python3 plugins/models/fetch.py

wasm:
	@sh tests/prepare/machine.sh wasm

closare:
	@$(STEP) '$(BUILDING)' $(BUILD)

# The engine, the models and the plugins. The download goes on while the engine is built.
.PHONY: ready
ready: wasm
	@$(MAKE) --no-print-directory --jobs=2 closare models
	@$(MAKE) --no-print-directory plugin-files

# Every folder in plugins/ that has a manifest.
PLUGINS := $(patsubst plugins/%/plugin.yaml,%,$(wildcard plugins/*/plugin.yaml))
sources = $(shell find $(1) -type f -not -path '*/target/*' -not -path '*/tests/*' -not -name '*.wasm')
PLUGINS_SHARE := $(call sources,sdk/rust sdk/wit core/terms core/slots plugins/models/src) plugins/Cargo.toml plugins/Cargo.lock

define plugin
plugin-files: target/closare-plugins/$(1)/$(1).wasm
target/closare-plugins/$(1)/$(1).wasm: $(call sources,plugins/$(1)) $(PLUGINS_SHARE) | closare
	@$(STEP) 'Building the plugin $(1) (1 to 4 minutes, the first time)' $(CLOSARE) plugin build plugins/$(1) --out target/closare-plugins/$(1)
	@touch $$@
endef
$(foreach name,$(PLUGINS),$(eval $(call plugin,$(name))))
