# Included by GNUmakefile. One Criterion binary for each test_*.c; programs/ is what they spawn.
BUILD ?= build
V ?= 0
ROOMS_SRC ?=

TESTS := $(BUILD)/tests
TEST_FLAGS := -std=gnu11 -D_GNU_SOURCE -Itests -Iinclude -DBUILD_DIR='"$(abspath $(BUILD))"' -DSOURCE_DIR='"$(CURDIR)"' \
	-Wall -Wextra -Wshadow -Wconversion -Werror -MMD -MP
ASAN_FLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
test_quiet = $(if $(filter 1,$(V)),,@printf '  %-7s %s\n' $(1) $(2);)

TEST_SUPPORT := $(wildcard tests/support/*.c)
# What those programs may link: nothing of Criterion, for it runs where no test runner is.
TEST_PLAIN := $(addprefix tests/support/,format.c listing.c listing_entry.c)
IDLE_LIBRARY := $(TESTS)/idle.so
TEST_PROGRAMS := $(patsubst tests/%.c,$(TESTS)/%,$(wildcard tests/programs/*.c))
# Some of them as objects to preload, whose constructors make the calls.
TEST_OBJECTS := $(addprefix $(TESTS)/programs/,call_reading.so call_changing.so)
# What unit tests share stands on the rooms, so scenarios cannot link it.
UNIT_SUPPORT := $(filter-out tests/unit/test_%,$(wildcard tests/unit/*.c))
UNIT_TESTS := $(patsubst tests/%.c,$(TESTS)/%,$(wildcard tests/unit/test_*.c))
ASAN_TESTS := $(patsubst $(TESTS)/%,$(TESTS)/asan/%,$(UNIT_TESTS))
SCENARIO_TESTS := $(patsubst tests/%.c,$(TESTS)/%,$(wildcard tests/scenario/test_*.c))

# The rooms are tested without their own memcpy: the compiler's and the sanitizers' are in the process already.
TEST_ROOMS := $(filter-out %/mem.c,$(ROOMS_SRC))

# Random operations beside a kernel overlay: how many in make check and in make torture, from which seed on.
ORACLE_SEED ?= 1
ORACLE_SEEDS ?= 60
ORACLE_OPERATIONS ?= 60
TORTURE_SEEDS ?= 2500
TORTURE_OPERATIONS ?= 400
# How often processes hand a tree around, and threads and signals do every kind of call at once.
TORTURE_TURNS ?= 100000
TORTURE_ROUNDS ?= 3000
oracle = python3 -B tests/oracle/oracle.py $(BUILD)/liboverlain.so $(ORACLE_SEED)

# What diff and commit make of what random operations left.
COMMAND_SEEDS ?= 10
command_oracle = python3 -B tests/oracle/command.py $(BUILD)/overlain $(BUILD)/liboverlain.so $(ORACLE_SEED)

# test_objects(sources, prefix): where the objects of these sources go.
test_objects = $(patsubst %.c,$(TESTS)/$(2)obj/%.o,$(1))

.PHONY: check check-tools check-unit check-scenario check-asan check-freestanding check-oracle torture
.SECONDARY:

check-tools:
	@sh tests/install-packages

check: check-tools
	@$(MAKE) --no-print-directory check-all

.PHONY: check-all
check-all: all $(TEST_PROGRAMS) $(TEST_OBJECTS) $(IDLE_LIBRARY) $(UNIT_TESTS) $(SCENARIO_TESTS) check-freestanding
	@$(oracle) $(ORACLE_SEEDS) $(ORACLE_OPERATIONS)
	@$(command_oracle) $(COMMAND_SEEDS) $(ORACLE_OPERATIONS)
	@sh tests/run $(UNIT_TESTS) $(SCENARIO_TESTS)

check-oracle: all
	@$(oracle) $(ORACLE_SEEDS) $(ORACLE_OPERATIONS)

torture: all $(TEST_PROGRAMS)
	@sh tests/storms $(abspath $(BUILD)) $(TORTURE_TURNS) $(TORTURE_ROUNDS)
	@$(oracle) $(TORTURE_SEEDS) $(TORTURE_OPERATIONS)
	@$(command_oracle) $(TORTURE_SEEDS) $(TORTURE_OPERATIONS)
	@at=$$(mktemp -d) && cd $$at && sh $(CURDIR)/tests/programs/killed_commit.sh $(abspath $(BUILD))/overlain; \
		status=$$?; rm -rf $$at; exit $$status

check-unit: $(UNIT_TESTS)
	@sh tests/run $(UNIT_TESTS)

check-scenario: all $(TEST_PROGRAMS) $(TEST_OBJECTS) $(IDLE_LIBRARY) $(SCENARIO_TESTS)
	@sh tests/run $(SCENARIO_TESTS)

# The rooms never call malloc, so a leak can only be a test's own string.
check-asan: $(ASAN_TESTS)
	@ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 sh tests/run $(ASAN_TESTS)

include tests/safety.mk

# A front end may carry the rooms into a process that has no C library: what they are linked from is all they need. The
# stack protector keeps its canary in libc's thread area.
FREE_ROOMS := $(patsubst %.c,$(TESTS)/free/%.o,$(ROOMS_SRC))

check-freestanding: $(TESTS)/free/rooms.so

$(TESTS)/free/rooms.so: $(FREE_ROOMS)
	$(call test_quiet,LINK,$@)$(CC) $(CFLAGS) -nostdlib -shared -Wl,-z,defs -o $@ $^

$(TESTS)/free/%.o: %.c
	@mkdir -p $(@D)
	$(call test_quiet,CC,$<)$(CC) $(ALL_CFLAGS) -fno-builtin -fno-stack-protector -MMD -MP -c -o $@ $<

$(TESTS)/obj/preload/%.o $(TESTS)/asan/obj/preload/%.o: TEST_FLAGS += $(LANGUAGE) -fno-strict-aliasing

# What a preloaded library costs the loader by itself.
$(IDLE_LIBRARY):
	@mkdir -p $(@D)
	$(call test_quiet,LINK,$@)echo 'char room[65536];' | $(CC) $(CFLAGS) -shared -Wl,-z,now -Wl,-z,relro -xc -o $@ -

$(TEST_OBJECTS): $(TESTS)/%.so: tests/%.c
	@mkdir -p $(@D)
	$(call test_quiet,LINK,$@)$(CC) $(CFLAGS) $(TEST_FLAGS) -fPIC -shared -o $@ $<

$(TESTS)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call test_quiet,CC,$<)$(CC) $(CFLAGS) $(TEST_FLAGS) -c -o $@ $<

$(TESTS)/asan/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call test_quiet,CC,$<)$(CC) $(CFLAGS) $(TEST_FLAGS) $(ASAN_FLAGS) -c -o $@ $<

$(TEST_PROGRAMS): $(TESTS)/%: $(TESTS)/obj/tests/%.o $(call test_objects,$(TEST_PLAIN))
$(SCENARIO_TESTS): $(TESTS)/%: $(TESTS)/obj/tests/%.o $(call test_objects,$(TEST_SUPPORT))
$(UNIT_TESTS): $(TESTS)/%: $(TESTS)/obj/tests/%.o $(call test_objects,$(TEST_SUPPORT) $(UNIT_SUPPORT) $(TEST_ROOMS))
$(ASAN_TESTS): $(TESTS)/asan/%: $(TESTS)/asan/obj/tests/%.o $(call test_objects,$(TEST_SUPPORT) $(UNIT_SUPPORT) $(TEST_ROOMS),asan/)

$(SCENARIO_TESTS) $(UNIT_TESTS) $(ASAN_TESTS): TEST_LIBS := -lcriterion
$(ASAN_TESTS): CFLAGS += $(ASAN_FLAGS)
$(TEST_PROGRAMS) $(SCENARIO_TESTS) $(UNIT_TESTS) $(ASAN_TESTS):
	@mkdir -p $(@D)
	$(call test_quiet,LINK,$@)$(CC) $(CFLAGS) -o $@ $^ $(TEST_LIBS)

-include $(shell find $(TESTS) -name '*.d' 2>/dev/null)

$(TESTS)/bench/operations: tests/bench/operations.c
	@mkdir -p $(@D)
	$(call test_quiet,CC,$<)$(CC) $(TEST_FLAGS) -O2 -o $@ $<

# Rows whose label holds BENCH_ONLY; all of them take a quarter of an hour.
BENCH_ROUNDS ?= 5
BENCH_ONLY ?=
.PHONY: bench
bench: all $(TESTS)/bench/operations
	@python3 -B tests/bench/bench.py $(BUILD) --rounds $(BENCH_ROUNDS) --only '$(BENCH_ONLY)'

# README's table as a picture.
.PHONY: bench-picture
bench-picture:
	@python3 -B tests/bench/picture.py <README.md >tests/bench/costs.svg

# Real programs doing real work; ONLY="git tar" plays these alone, AS=nobody as somebody else.
.PHONY: check-parity
check-parity: all
	@sh tests/install-packages parity
	@sh tests/parity/run $(BUILD) $(ONLY)

.PHONY: check-programs
check-programs: all $(TESTS)/programs/treedump
	@sh tests/install-packages programs
	@sh tests/real/run $(BUILD) $(ONLY)

# Suites that programs' authors wrote, on a plain directory and in a union over their sources.
.PHONY: check-suites
check-suites: all
	@sh tests/install-packages suites
	@sh tests/suites/run $(BUILD) cpython coreutils
