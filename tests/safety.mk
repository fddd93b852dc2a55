# Included by tests.mk: what is killed, crowded, failed and lied to.

CRASH := $(TESTS)/crash/crash
CRASH_AREA := $(call test_objects,$(addprefix tests/crash/,stage.c operations.c) $(TEST_PLAIN))
# Every so many system calls a kill: all of them in make torture.
CRASH_STRIDE ?= 3

CROWD := $(TESTS)/crowd/crowd
CROWD_SECONDS ?= 3
TORTURE_CROWD_SECONDS ?= 300

FAULTS := $(TESTS)/crash/faults
FAULTY := $(TESTS)/faulty
# Likewise of the calls that fail.
FAULT_STRIDE ?= 7

.PHONY: check-safety torture-safety check-crash torture-crash check-crowd torture-crowd check-faults torture-faults

check-safety: check-crash check-crowd check-faults

torture-safety: torture-crash torture-crowd torture-faults

check-crash: all $(CRASH)
	@$(CRASH) $(CRASH_STRIDE)

torture-crash: all $(CRASH)
	@$(CRASH) 1

$(CRASH): $(call test_objects,tests/crash/crash.c tests/crash/killer.c) $(CRASH_AREA)
	@mkdir -p $(@D)
	$(call test_quiet,LINK,$@)$(CC) $(CFLAGS) -o $@ $^

check-crowd: all $(CROWD)
	@sh tests/crowd/run.sh $(abspath $(BUILD)) $(CROWD_SECONDS)

torture-crowd: all $(CROWD)
	@sh tests/crowd/run.sh $(abspath $(BUILD)) $(TORTURE_CROWD_SECONDS)

$(CROWD): $(call test_objects,tests/crowd/crowd.c)
	@mkdir -p $(@D)
	$(call test_quiet,LINK,$@)$(CC) $(CFLAGS) -o $@ $^ -pthread

check-faults: all $(FAULTS) $(FAULTY)/liboverlain.so
	@$(FAULTS) $(FAULT_STRIDE)

torture-faults: all $(FAULTS) $(FAULTY)/liboverlain.so
	@$(FAULTS) 1

$(FAULTS): $(call test_objects,tests/crash/faults.c) $(CRASH_AREA)
	@mkdir -p $(@D)
	$(call test_quiet,LINK,$@)$(CC) $(CFLAGS) -o $@ $^ -ldl

# The library with a test between it and the kernel. Every call is made where it is written, so that places can be told.
$(FAULTY)/obj/%.o: preload/%
	@mkdir -p $(@D)
	$(call test_quiet,CC,$<)$(CC) $(ALL_CFLAGS) -DOVERLAIN_SYS_HOOK -D'inline=inline __attribute__((always_inline))' -MMD -MP -c -o $@ $<

$(FAULTY)/hook.o: tests/crash/hook.c
	@mkdir -p $(@D)
	$(call test_quiet,CC,$<)$(CC) $(CFLAGS) $(TEST_FLAGS) $(LANGUAGE) -fPIC -c -o $@ $<

$(FAULTY)/liboverlain.so: $(LIBRARY_SRC:preload/%=$(FAULTY)/obj/%.o) $(FAULTY)/hook.o $(BUILD)/symbols.map $(BUILD)/twins.ld
	$(call test_quiet,LINK,$@)sed 's/global:/global: hook_arm; hook_disarm;/' $(BUILD)/symbols.map >$(FAULTY)/symbols.map && \
		$(CC) $(CFLAGS) -shared -Wl,-soname,liboverlain.so -Wl,-z,now -Wl,-z,defs -Wl,-Bsymbolic-functions \
		-Wl,--version-script=$(FAULTY)/symbols.map -o $@ $(filter %.o,$^) $(BUILD)/twins.ld -ldl
