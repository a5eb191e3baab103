# Thin wrappers over meson for newcomers; everything here can be done by hand with meson and ninja.
#
# SPDX-License-Identifier: Apache-2.0

BUILD ?= build
SANITIZE_BUILD ?= build-sanitize
BENCH_BUILD ?= build-bench
# A folder of real models and pictures that more tests read; they are left out without it.
SHARED_DATA ?= $(abspath $(wildcard ../shared))

have_shared_option := $(shell grep -s shared-data meson_options.txt)
shared_option := $(if $(and $(SHARED_DATA),$(have_shared_option)),-Dshared-data=$(SHARED_DATA))

quick := --no-suite slow --no-suite bench

.PHONY: run test test-slow build bench bench-float bench-canvas format style docs sanitize setup clean

build: setup $(BUILD)/build.ninja
	ninja -C $(BUILD)

run: build
	tools/run-sample.sh $(BUILD)

test: setup-test setup-peer $(BUILD)/build.ninja
	@rm -f $(BUILD)/meson-logs/summary.txt
	ninja -C $(BUILD)
	tools/run-tests.sh $(BUILD) $(quick)

test-slow: setup-test setup-peer $(BUILD)/build.ninja
	ninja -C $(BUILD)
	tools/run-tests.sh $(BUILD) --no-suite bench

# Both sanitizers report through the exit code of a test program.
sanitize: setup-test $(SANITIZE_BUILD)/build.ninja
	ninja -C $(SANITIZE_BUILD)
	ASAN_OPTIONS=strict_string_checks=1:detect_stack_use_after_return=1:allocator_may_return_null=1 \
	UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 \
	OMP_NUM_THREADS=2 tools/run-tests.sh $(SANITIZE_BUILD) $(quick) --timeout-multiplier 8

# The numerics for 64-bit Arm, on an emulated processor; needs root to unpack the libraries of that architecture.
.PHONY: test-arm
test-arm:
	tools/setup.sh arm
	tools/test-arm.sh build-arm

bench: bench-float bench-canvas

# Of what is meant for both parts of `make bench`, the canvas knows this.
canvas_bench_args = $(if $(filter bench,$(MAKECMDGOALS)),$(filter --write,$(BENCH_ARGS)),$(BENCH_ARGS))

bench-float: $(BENCH_BUILD)/build.ninja
	ninja -C $(BENCH_BUILD) benchmarks/float/bench-float
	benchmarks/float/run.py $(BENCH_BUILD) $(BENCH_ARGS)

bench-canvas: $(BENCH_BUILD)/build.ninja
	ninja -C $(BENCH_BUILD) benchmarks/canvas/bench-canvas
	benchmarks/canvas/run.py $(BENCH_BUILD) $(canvas_bench_args)

format:
	tools/setup.sh format
	git ls-files '*.c' '*.h' | xargs clang-format -i

style:
	tools/check-style.sh

# The page that the operator table and the conformance run make; a test says when it is old.
docs: build
	tools/make-operators-doc.sh $(BUILD) > docs/operators.md.new
	mv docs/operators.md.new docs/operators.md

# A package of both programs in dist/, made of what is committed.
.PHONY: deb
deb:
	tools/setup.sh deb
	tools/make-deb.sh dist

setup:
	@tools/setup.sh build

.PHONY: setup-test setup-peer setup-bench
setup-test:
	@tools/setup.sh test

# ONNX Runtime, where npm can fetch it; tests that compare with it are skipped otherwise.
setup-peer: | $(BUILD)/build.ninja
	@tools/setup-peer.sh $(BUILD)/peer || true

setup-bench:
	@tools/setup.sh bench

$(BUILD)/build.ninja: | setup
	meson setup $(BUILD) -Dbuildtype=debugoptimized $(shared_option)

$(SANITIZE_BUILD)/build.ninja: | setup
	meson setup $(SANITIZE_BUILD) -Dbuildtype=debugoptimized -Db_sanitize=address,undefined -Db_lundef=false \
	  $(shared_option)

$(BENCH_BUILD)/build.ninja: | setup-bench
	meson setup $(BENCH_BUILD) -Dbuildtype=release -Db_ndebug=true

# Integer against float forward passes; SHARED_DATA adds MobileNet v1.
mobilenet_v1 := $(wildcard $(SHARED_DATA)/models/onnx/mobilenet_v1_1.0_224_opset11.onnx)

.PHONY: bench-int8
bench-int8: $(BENCH_BUILD)/build.ninja
	ninja -C $(BENCH_BUILD) benchmarks/float/bench-float src/cli/fixpoint-cli
	benchmarks/int8/networks.py $(BENCH_BUILD) $(if $(mobilenet_v1),--mobilenet-v1 $(mobilenet_v1)) $(BENCH_ARGS)

clean:
	rm -rf $(BUILD) $(SANITIZE_BUILD) $(BENCH_BUILD) dist
