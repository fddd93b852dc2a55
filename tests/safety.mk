# Included by tests.mk: what is killed, crowded, failed and lied to.

CRASH := $(TESTS)/crash/crash
# Every so many system calls a kill: all of them in make torture.
CRASH_STRIDE ?= 3

CROWD := $(TESTS)/crowd/crowd
CROWD_SECONDS ?= 3
TORTURE_CROWD_SECONDS ?= 300

.PHONY: check-safety torture-safety check-crash torture-crash check-crowd torture-crowd

check-safety: check-crash check-crowd

torture-safety: torture-crash torture-crowd

check-crash: all $(CRASH)
	@$(CRASH) $(CRASH_STRIDE)

torture-crash: all $(CRASH)
	@$(CRASH) 1

$(CRASH): $(call test_objects,$(wildcard tests/crash/*.c) $(TEST_PLAIN))
	@mkdir -p $(@D)
	$(call test_quiet,LINK,$@)$(CC) $(CFLAGS) -o $@ $^

check-crowd: all $(CROWD)
	@sh tests/crowd/run.sh $(abspath $(BUILD)) $(CROWD_SECONDS)

torture-crowd: all $(CROWD)
	@sh tests/crowd/run.sh $(abspath $(BUILD)) $(TORTURE_CROWD_SECONDS)

$(CROWD): $(call test_objects,tests/crowd/crowd.c)
	@mkdir -p $(@D)
	$(call test_quiet,LINK,$@)$(CC) $(CFLAGS) -o $@ $^ -pthread
