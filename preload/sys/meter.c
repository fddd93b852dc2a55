/* Bytes, rate and what remains. */
#include "overlain/meter.h"
#include "overlain/sys.h"
#include "overlain/text.h"

#include <asm/ioctls.h>

static uint64_t now(void)
{
	struct timespec t;
	SYS2(SYS_clock_gettime, CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void meter_begin(struct meter *m, const char *what, uint64_t total)
{
	char settings[64]; /* the kernel's struct termios is smaller than libc's */
	bool terminal = sys_ioctl(2, TCGETS, (long)settings) == 0;
	*m = (struct meter){.what = terminal ? what : NULL, .total = total, .start = now()};
}

static void add_bytes(struct text *t, uint64_t bytes)
{
	static const char *const units[] = {" B", " kB", " MB", " GB", " TB", " PB"};
	unsigned unit = 0;
	uint64_t tenths = bytes * 10;
	for (; tenths >= 10000 && unit < 5; unit++)
		tenths /= 1000;
	text_add_number(t, tenths / 10);
	if (unit > 0) {
		text_add(t, ".");
		text_add_number(t, tenths % 10);
	}
	text_add(t, units[unit]);
}

static void draw(const struct meter *m, uint64_t done, uint64_t passed)
{
	char line[160];
	struct text t;
	uint64_t rate = done * 1000 / passed;
	text_init(&t, line, sizeof line);
	text_add(&t, "\roverlain: ");
	text_add(&t, m->what);
	text_add(&t, ": ");
	add_bytes(&t, done);
	text_add(&t, " of ");
	add_bytes(&t, m->total);
	text_add(&t, ", ");
	add_bytes(&t, rate);
	text_add(&t, "/s");
	if (rate > 0 && done < m->total) {
		text_add(&t, ", ");
		text_add_number(&t, (m->total - done) / rate + 1);
		text_add(&t, " s left");
	}
	text_add(&t, "\033[K");
	sys_write(2, line, text_length(&t));
}

void meter_show(struct meter *m, uint64_t done)
{
	if (!m->what)
		return;
	uint64_t at = now();
	if (at - m->start < 1000 || at - m->drawn < 450)
		return;
	draw(m, done, at - m->start);
	m->drawn = at;
}

void meter_end(struct meter *m)
{
	if (m->what && m->drawn)
		sys_write(2, "\r\033[K", 4);
	m->what = NULL;
}
