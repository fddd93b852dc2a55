#include "places.h"

#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/format.h"

/* A place in the source: what was inlined into several functions is one. */
static struct place {
	char *line, *function; /* "FILE:LINE CALL", "FILE FUNCTION CALL" */
	bool counts;           /* it lies below libc/ */
	bool reached, listed;
} places[1024];
static size_t place_count;

/* In the order of their addresses. */
static struct site {
	unsigned long at;
	struct place *place;
} sites[2048];
static size_t site_count;

void trace_read(struct trace *trace, int fd)
{
	static const char *const words[] = {
		[CALL_PASSED] = "passed", [CALL_SKIPPED] = "skipped", [CALL_FAILED] = "failed"};
	FILE *from = fdopen(fd, "r");
	char word[16];
	unsigned long site;

	*trace = (struct trace){NULL, 0};
	while (fscanf(from, "%15s %lx", word, &site) == 2) {
		enum call_how how = CALL_PASSED;
		while (how < CALL_FAILED && strcmp(words[how], word) != 0)
			how++;
		trace->at = realloc(trace->at, (trace->count + 1) * sizeof *trace->at);
		trace->at[trace->count++] = (struct call){site, how};
	}
	fclose(from);
}

void trace_free(struct trace *trace)
{
	free(trace->at);
}

int trace_call(const struct trace *trace, unsigned long site)
{
	int call = 0;

	for (size_t i = 0; i < trace->count; i++) {
		call += trace->at[i].how != CALL_SKIPPED;
		if (trace->at[i].site == site)
			return call;
	}
	return 0;
}

int trace_seen(const struct trace *trace, size_t index)
{
	int seen = 0;

	for (size_t i = 0; i < index; i++)
		seen += trace->at[i].site == trace->at[index].site;
	return seen;
}

static struct place *place_called(char *line, char *function)
{
	struct place *p = places;

	while (p < places + place_count && strcmp(p->line, line) != 0)
		p++;
	if (p == places + place_count) {
		*p = (struct place){.line = line, .function = function};
		p->counts = !strstr(line, "/libc/");
		place_count++;
	}
	return p;
}

static int by_address(const void *a, const void *b)
{
	const struct site *one = a, *other = b;

	return one->at < other->at ? -1 : one->at > other->at;
}

static void read_sites(FILE *from)
{
	char file[256], function[128], call[128];
	unsigned long at;
	int line;

	while (fscanf(from, "%lx %255[^:]:%d %127s %127s", &at, file, &line, function, call) == 5)
		sites[site_count++] =
			(struct site){at, place_called(format("%s:%d %s", file, line, call),
						       format("%s %s %s", file, function, call))};
	qsort(sites, site_count, sizeof *sites, by_address);
}

static void read_listed(FILE *from)
{
	char line[512], file[256], function[128], call[128];

	while (fgets(line, sizeof line, from)) {
		bool known = line[0] == '#';
		if (known || sscanf(line, "%255s %127s %127s", file, function, call) != 3)
			continue;
		const char *name = format("%s %s %s", file, function, call);
		for (struct place *p = places; p < places + place_count; p++)
			if (strcmp(p->function, name) == 0)
				p->listed = known = true;
		if (!known)
			errx(1, "listed as not reached, and no such place: %s", name);
	}
}

static FILE *open_list(const char *name)
{
	FILE *from = fopen(name, "r");

	if (!from)
		err(1, "%s", name);
	return from;
}

void places_read(const char *site_list, const char *listed)
{
	FILE *from = open_list(site_list);

	read_sites(from);
	fclose(from);
	from = open_list(listed);
	read_listed(from);
	fclose(from);
}

/* The call that returns there is the last one before. */
static struct place *place_of(unsigned long site)
{
	size_t i = 0;

	while (i < site_count && sites[i].at < site)
		i++;
	return i > 0 ? sites[i - 1].place : NULL;
}

void places_note(const struct trace *trace)
{
	for (size_t i = 0; i < trace->count; i++) {
		struct place *p = place_of(trace->at[i].site);
		if (p && trace->at[i].how != CALL_PASSED)
			p->reached = true;
	}
}

bool place_is_new(unsigned long site)
{
	const struct place *p = place_of(site);

	return p && p->counts && !p->reached;
}

const char *place_name(unsigned long site)
{
	const struct place *p = place_of(site);

	return p ? p->line : "nowhere";
}

bool places_report(int faults, bool strict)
{
	size_t count = 0, reached = 0, missed = 0;

	for (struct place *p = places; p < places + place_count; p++) {
		count += p->counts;
		reached += p->counts && p->reached;
		if (!strict || !p->counts || p->reached || p->listed)
			continue;
		warnx("not reached: %s, in %s", p->line, p->function);
		missed++;
	}
	printf("faults: %d at %zu of %zu places: each fails cleanly or does no harm\n", faults,
	       reached, count);
	return missed == 0;
}
