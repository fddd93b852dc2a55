# Included by tests.mk: what is killed, crowded, failed and lied to.

CRASH := $(TESTS)/crash/crash
CRASH_AREA := $(call test_objects,$(addprefix tests/crash/,stage.c torment.c operations.c verbs_changing.c \
	verbs_looking.c verbs_meeting.c verbs_starting.c) $(TEST_PLAIN))
# Every so many system calls a kill: all of them in make torture.
CRASH_STRIDE ?= 17

CROWD := $(TESTS)/crowd/crowd
CROWD_SECONDS ?= 2
TORTURE_CROWD_SECONDS ?= 300

BETWEEN := $(TESTS)/crash/between
# Of all places where two can meet so many are left out for one that is tried.
BETWEEN_STRIDE ?= 200

FAULTS := $(TESTS)/crash/faults
FAULTY := $(TESTS)/faulty

FUZZERS := config path marks state
REPLAYS := $(FUZZERS:%=$(TESTS)/fuzz/replay_%)
# Seconds for each in make torture.
FUZZ_SECONDS ?= 3600

.PHONY: check-fuzz torture-fuzz check-valgrind
.PHONY: check-safety torture-safety check-crash torture-crash check-between torture-between check-crowd torture-crowd check-faults torture-faults

check-all: check-safety
check-safety: check-crash check-between check-crowd check-faults check-fuzz

torture: torture-safety
torture-safety: check-tsan check-valgrind torture-crash torture-between torture-crowd torture-faults torture-fuzz

check-crash: all $(CRASH) $(IDLE_LIBRARY) $(FAULTY)/liboverlain.so
	@$(CRASH) $(CRASH_STRIDE)

torture-crash: all $(CRASH) $(IDLE_LIBRARY) $(FAULTY)/liboverlain.so
	@$(CRASH) 1

$(CRASH): $(call test_objects,tests/crash/crash.c tests/crash/killer.c) $(CRASH_AREA)
	@mkdir -p $(@D)
	$(call test_quiet,LINK,$@)$(CC) $(CFLAGS) -o $@ $^

check-between: all $(BETWEEN) $(FAULTY)/liboverlain.so
	@$(BETWEEN) $(BETWEEN_STRIDE)
	@$(BETWEEN) 1 "chmod f" "rename f n"
	@$(BETWEEN) 7 "" "exchange pure to-other"
	@$(BETWEEN) 3 "" "exchange u to-p"
	@$(BETWEEN) 1 "exchange pure to-other" "mkdir pure/w"

torture-between: all $(BETWEEN) $(FAULTY)/liboverlain.so
	@$(BETWEEN) 1

$(BETWEEN): $(call test_objects,tests/crash/between.c tests/crash/killer.c) $(CRASH_AREA)
	@mkdir -p $(@D)
	$(call test_quiet,LINK,$@)$(CC) $(CFLAGS) -o $@ $^

check-crowd: all $(CROWD)
	@sh tests/crowd/run.sh $(abspath $(BUILD)) $(CROWD_SECONDS) 0 20

torture-crowd: all $(CROWD)
	@sh tests/crowd/run.sh $(abspath $(BUILD)) $(TORTURE_CROWD_SECONDS) 0 20

$(CROWD): $(call test_objects,tests/crowd/crowd.c tests/crowd/trials.c)
	@mkdir -p $(@D)
	$(call test_quiet,LINK,$@)$(CC) $(CFLAGS) -o $@ $^ -pthread

# Threads under ThreadSanitizer: on the rooms, and in every kind of call, by a program that has the library within it.
# The first needs clang, the second gcc, whose run-time library is an object behind ours, as libc is.
.PHONY: check-tsan
TSAN_SECONDS ?= 10
TSAN_ROUNDS ?= 200
TSAN := $(TESTS)/tsan
TSAN_FLAGS := $(LANGUAGE) -Iinclude -Itests -fPIC -fvisibility=hidden -fno-strict-aliasing -O1 -g -fsanitize=thread -DOVERLAIN_SYS_HOOK

check-tsan: all $(TESTS)/crowd/threads $(TSAN)/storm_threads
	@at=$$(mktemp -d) && cd $$at && $(abspath $(TESTS))/crowd/threads $(TSAN_SECONDS); \
		status=$$?; rm -rf $$at; exit $$status
	@sh tests/storms $(abspath $(BUILD)) tsan $(TSAN_ROUNDS)

$(TESTS)/crowd/threads: tests/crowd/threads.c tests/crowd/heard.c tests/unit/rooms_make.c $(TEST_ROOMS)
	@mkdir -p $(@D)
	$(call test_quiet,LINK,$@)clang $(TSAN_FLAGS) -o $@ $^

$(TSAN)/obj/%.o: preload/%
	@mkdir -p $(@D)
	$(call test_quiet,CC,$<)gcc $(TSAN_FLAGS) -Wno-deprecated-declarations -Wno-tsan -MMD -MP -c -o $@ $<

# This one the run-time library calls before it is ready for anything.
$(TSAN)/hidden/loaded.o: $(TSAN)/obj/libc/loaded.c.o
	@mkdir -p $(@D)
	@objcopy --redefine-sym dl_iterate_phdr=hidden_dl_iterate_phdr $< $@

$(TSAN)/storm_threads: tests/programs/storm_threads.c tests/crowd/heard.c $(TSAN)/hidden/loaded.o \
		$(filter-out %/loaded.c.o,$(LIBRARY_ALL:preload/%=$(TSAN)/obj/%.o)) $(BUILD)/twins.ld
	$(call test_quiet,LINK,$@)gcc $(TSAN_FLAGS) -rdynamic -o $@ $^ -ldl

check-valgrind: all $(TEST_PROGRAMS)
	@sh tests/valgrind $(abspath $(BUILD)) $(ONLY)

# Here the same places are come by for another end than in the operations before.
FAULTS_EACH := "stand where" "below what was moved" "an open file" "bad pointers" "cannot be read" \
	"unlink with names alone" "full of whiteouts without"

check-faults: all $(FAULTS) $(FAULTY)/sites $(IDLE_LIBRARY)
	@$(FAULTS) once
	@for one in $(FAULTS_EACH); do $(FAULTS) each "$$one" || exit; done

torture-faults: all $(FAULTS) $(FAULTY)/sites $(IDLE_LIBRARY)
	@$(FAULTS) all

# Its own search path is for an operation that executes it.
$(FAULTS): $(call test_objects,tests/crash/faults.c tests/crash/places.c) $(CRASH_AREA)
	@mkdir -p $(@D)
	$(call test_quiet,LINK,$@)$(CC) $(CFLAGS) -Wl,-rpath,'$$ORIGIN/none' -o $@ $^ -ldl

# The library with a test between it and the kernel. Every call is made where it is written, so that places can be told.
$(FAULTY)/obj/%.o: preload/%
	@mkdir -p $(@D)
	$(call test_quiet,CC,$<)$(CC) $(ALL_CFLAGS) -DOVERLAIN_SYS_HOOK -D'inline=inline __attribute__((always_inline))' \
		-fno-optimize-sibling-calls -MMD -MP -c -o $@ $<

$(FAULTY)/hook.o: tests/crash/hook.c
	@mkdir -p $(@D)
	$(call test_quiet,CC,$<)$(CC) $(CFLAGS) $(TEST_FLAGS) $(LANGUAGE) -fPIC -c -o $@ $<

$(FAULTY)/liboverlain.so: $(LIBRARY_SRC:preload/%=$(FAULTY)/obj/%.o) $(FAULTY)/hook.o $(BUILD)/symbols.map $(BUILD)/twins.ld
	$(call test_quiet,LINK,$@)sed 's/global:/global: hook_arm; hook_meanwhile;/' $(BUILD)/symbols.map >$(FAULTY)/symbols.map && \
		$(CC) $(CFLAGS) -shared -Wl,-soname,liboverlain.so -Wl,-z,now -Wl,-z,defs -Wl,-Bsymbolic-functions \
		-Wl,--version-script=$(FAULTY)/symbols.map -o $@ $(filter %.o,$^) $(BUILD)/twins.ld -ldl

$(FAULTY)/sites: $(FAULTY)/liboverlain.so tests/crash/sites
	@sh tests/crash/sites $< >$@

check-fuzz: $(REPLAYS)
	@for one in $(FUZZERS); do $(TESTS)/fuzz/replay_$$one $(CURDIR)/tests/fuzz/corpus/$$one/* || exit; done

# New inputs go to BUILD; what they find goes to the corpus by hand, with the fix.
torture-fuzz: $(FUZZERS:%=$(TESTS)/fuzz/fuzz_%)
	@for one in $(FUZZERS); do mkdir -p $(TESTS)/fuzz/$$one; \
		ASAN_OPTIONS=detect_leaks=0 $(TESTS)/fuzz/fuzz_$$one -max_total_time=$(FUZZ_SECONDS) -max_len=600 \
		-verbosity=0 -print_final_stats=1 -entropic=0 -dict=tests/fuzz/config.dict \
		-artifact_prefix=$(abspath $(TESTS))/fuzz/found-$$one- \
		$(abspath $(TESTS))/fuzz/$$one $(CURDIR)/tests/fuzz/corpus/$$one || exit; done

# Some pretend the disk, or take back what was mapped: the rooms come to them for each system call.
FUZZ_FLAGS := $(LANGUAGE) -Iinclude -Itests -fno-strict-aliasing -O1 -g
$(TESTS)/fuzz/%_config $(TESTS)/fuzz/%_marks: FUZZ_FLAGS += -DOVERLAIN_SYS_HOOK
# It draws from tables: what is compared with what tells it nothing.
$(TESTS)/fuzz/fuzz_marks: FUZZ_FLAGS += -fno-sanitize-coverage=trace-cmp
FUZZ_COMMON := tests/fuzz/fuzz.c tests/unit/rooms_make.c
FUZZ_SRC := $(TEST_ROOMS) $(wildcard preload/process/*.c) $(FUZZ_COMMON)
FUZZ_PLAIN_SRC := $(TEST_ROOMS) $(FUZZ_COMMON)
# A fuzzer may be in several files, of its name.
fuzz_own = $(wildcard tests/fuzz/fuzz_$(1).c tests/fuzz/$(1)_*.c)
fuzz_sources = $(fuzz_own) $(if $(filter config marks,$(1)),$(FUZZ_PLAIN_SRC),$(FUZZ_SRC))

# To replay, what was compiled for the library will do.
FUZZ_OBJECTS := $(call objects,$(TEST_ROOMS) $(wildcard preload/process/*.c))
FUZZ_PLAIN_OBJECTS := $(TEST_ROOMS:preload/%=$(FAULTY)/obj/%.o)
fuzz_objects = $(if $(filter config marks,$(1)),$(FUZZ_PLAIN_OBJECTS),$(FUZZ_OBJECTS))

define fuzz_rules
$(TESTS)/fuzz/replay_$(1): tests/fuzz/replay.c $(fuzz_own) $(FUZZ_COMMON) $(call fuzz_objects,$(1))
	@mkdir -p $$(@D)
	$$(call test_quiet,LINK,$$@)$$(CC) $$(FUZZ_FLAGS) -o $$@ $$^ -ldl
$(TESTS)/fuzz/fuzz_$(1): $(call fuzz_sources,$(1))
	@mkdir -p $$(@D)
	$$(call test_quiet,LINK,$$@)clang $$(FUZZ_FLAGS) -fsanitize=fuzzer,address,undefined -o $$@ $$^ -ldl
endef
$(foreach one,$(FUZZERS),$(eval $(call fuzz_rules,$(one))))
