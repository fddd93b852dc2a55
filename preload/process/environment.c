/*
 * What a child is started with: the environment its parent asks for, with the overlay in it. It is
 * made anew at each exec, so that nothing a program does to its environment loses the overlay.
 */
#include "internal.h"

#include <string.h>

/* At most this many variables describe the configuration. */
#define OURS_MAX 32

static char *const *ours;          /* "NAME=value", with every path absolute */
static uint64_t started[OURS_MAX]; /* hashes of the texts this process was started with */

static uint64_t hash_of(const char *s)
{
	uint64_t hash = 0xcbf29ce484222325U; /* FNV-1a */
	for (; *s; s++)
		hash = (hash ^ (unsigned char)*s) * 0x100000001b3U;
	return hash;
}

#define PREFIX "OVERLAIN_"

/* True where both are "NAME=value" of one name; both begin with PREFIX. */
static bool names_same(const char *a, const char *b)
{
	a += sizeof PREFIX - 1;
	b += sizeof PREFIX - 1;
	for (; *a == *b && *a; a++, b++)
		if (*a == '=')
			return true;
	return false;
}

/* Which of our variables ENTRY is about; -1: none. */
static int which(const char *entry)
{
	if (!text_starts(entry, PREFIX))
		return -1;
	for (int i = 0; ours[i]; i++)
		if (names_same(entry, ours[i]))
			return i;
	return -1;
}

/* True where a program gave ENTRY a meaning of its own: it sets up another overlay for its child.
 */
static bool changed(const char *entry, int i)
{
	return hash_of(entry) != started[i] && !text_same(entry, ours[i]);
}

const char *environment_value(char *const *envp, const char *name)
{
	const char *value = NULL;
	for (; envp && *envp; envp++) {
		const char *here = text_after(*envp, name);
		value = here ? here : value;
	}
	return value ? value : "";
}

/* Lists for ld.so, which ours is added to: of objects, and of settings. */
enum { PRELOAD, AUDIT, TUNABLES, TUNABLES_LARGE, LISTS };
static const struct list {
	const char *name;
	size_t (*size)(const char *list);
	void (*add)(struct text *t, const char *list);
	void (*remove)(char *list); /* NULL: it stays */
} lists[LISTS] = {
	[PRELOAD] = {"LD_PRELOAD=", preload_size, preload_add, NULL},
	[AUDIT] = {"LD_AUDIT=", auditor_size, auditor_add, auditor_remove},
	[TUNABLES] = {"GLIBC_TUNABLES=", tunables_size, tunables_add, tunables_remove},
	[TUNABLES_LARGE] = {"GLIBC_TUNABLES=", tunables_size, tunables_add_large, tunables_remove},
};

struct environment_room environment_measure(struct start *s)
{
	struct environment_room room = {.state = handover_size(s)};
	room.slots = exec_count(s->envp) + OURS_MAX + handover_slots(room.state) + LISTS + 1;
	for (const struct list *list = lists; list < lists + LISTS; list++)
		room.lists +=
			strlen(list->name) + 1 + list->size(environment_value(s->envp, list->name));
	return room;
}

/* A loader that gives up at a library it cannot load must not meet ours. */
static char **add_list(char **slot, struct text *t, const struct list *list, const struct start *s)
{
	char *start = t->at;
	text_add(t, list->name);
	const char *empty = t->at;
	if (s->foreign)
		preload_without(t, environment_value(s->envp, list->name));
	else
		list->add(t, environment_value(s->envp, list->name));
	if (s->foreign && t->at == empty) {
		t->at = start;
		return slot;
	}
	*slot++ = start;
	t->at++; /* the terminator stays */
	return slot;
}

/* Which list ENTRY is, of those that are WANTED (a bit for each); -1: none. */
static int which_list(const char *entry, unsigned wanted)
{
	for (int i = 0; i < LISTS; i++)
		if ((wanted & 1u << i) && text_starts(entry, lists[i].name))
			return i;
	return -1;
}

void environment_fill(const struct start *s, const struct environment_room *room, char **slots,
		      char *bytes)
{
	char *const *const envp = s->envp;
	uint32_t seen = 0;
	const unsigned reserve = 1u << (s->roomy ? TUNABLES_LARGE : TUNABLES);
	const unsigned wanted = 1u << PRELOAD | (s->audited ? 1u << AUDIT | reserve : 0);
	unsigned added = 0;
	bool other = false;
	struct text t;
	text_init(&t, bytes, room->lists);
	for (char *const *entry = envp; entry && *entry; entry++) {
		int i = which(*entry);
		if (text_starts(*entry, HANDOVER_NAME))
			continue;
		int list = which_list(*entry, wanted);
		if (list >= 0) {
			if (!(added & 1u << list))
				slots = add_list(slots, &t, &lists[list], s);
			added |= 1u << list;
			continue;
		}
		bool keep = i < 0 || changed(*entry, i);
		other |= keep && i >= 0;
		seen |= i < 0 ? 0 : 1u << i;
		*slots++ = keep ? *entry : ours[i];
	}
	for (int list = 0; list < LISTS; list++)
		if (wanted & ~added & 1u << list)
			slots = add_list(slots, &t, &lists[list], s);
	/* Of an overlay set up on purpose the variables left out are left out on purpose. */
	for (int i = 0; ours[i] && !other; i++)
		if (!(seen & 1u << i))
			*slots++ = ours[i];
	slots = handover_write(bytes + room->lists, room->state, slots, s);
	*slots = NULL;
}

/* Takes NAME (with its "=") out of ENVP; TAKE is given each of its values. */
static void remove_entry(char **envp, const char *name, void (*take)(const char *value))
{
	char **kept = envp;
	for (; *envp; envp++) {
		const char *value = text_after(*envp, name);
		if (!value)
			*kept++ = *envp;
		else if (take)
			take(value);
	}
	*kept = NULL;
}

/* Our auditor has done its work. */
static void drop_auditor(char **envp)
{
	for (const struct list *list = lists; list < lists + LISTS; list++) {
		char *value = (char *)(uintptr_t)environment_value(envp, list->name);
		if (!list->remove || !*value)
			continue;
		list->remove(value);
		if (!*value)
			remove_entry(envp, list->name, NULL);
	}
}

void environment_adopt(char **envp)
{
	static char *none[] = {NULL};
	envp = envp ? envp : none;
	ours = mounts_environment(process_mounts());
	for (char **entry = envp; *entry; entry++) {
		int i = which(*entry);
		if (i >= 0)
			started[i] = hash_of(*entry);
	}
	escape_read(envp);
	preload_find();
	remove_entry(envp, HANDOVER_NAME, handover_read);
	if (handover_audited())
		drop_auditor(envp);
}
