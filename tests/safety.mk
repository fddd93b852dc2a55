# Included by tests.mk: what is killed, crowded, failed and lied to.

CRASH := $(TESTS)/crash/crash
# Every so many system calls a kill: all of them in make torture.
CRASH_STRIDE ?= 3

.PHONY: check-safety torture-safety check-crash torture-crash

check-all: check-safety
check-safety: check-crash

torture: torture-safety
torture-safety: torture-crash

check-crash: all $(CRASH)
	@$(CRASH) $(CRASH_STRIDE)

torture-crash: all $(CRASH)
	@$(CRASH) 1

$(CRASH): $(call test_objects,$(wildcard tests/crash/*.c) $(TEST_PLAIN))
	@mkdir -p $(@D)
	$(call test_quiet,LINK,$@)$(CC) $(CFLAGS) -o $@ $^
