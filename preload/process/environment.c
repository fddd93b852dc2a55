/*
 * What a child is started with: the environment its parent asks for, with the overlay in it. It is
 * made anew at each exec, so that nothing a program does to its environment loses the overlay.
 */
#include "internal.h"

#include <string.h>

/* At most this many variables describe the configuration. */
#define OURS_MAX 32

#define PRELOAD_NAME "LD_PRELOAD="

static char *const *ours;          /* "NAME=value", with every path absolute */
static uint64_t started[OURS_MAX]; /* hashes of the texts this process was started with */

static uint64_t hash_of(const char *s)
{
	uint64_t hash = 0xcbf29ce484222325U; /* FNV-1a */
	for (; *s; s++)
		hash = (hash ^ (unsigned char)*s) * 0x100000001b3U;
	return hash;
}

/* Which of our variables ENTRY is about; -1: none. */
static int which(const char *entry)
{
	if (!text_starts(entry, "OVERLAIN_"))
		return -1;
	for (int i = 0; ours[i]; i++) {
		size_t length = (size_t)(text_find(ours[i], '=') - ours[i]) + 1;
		if (strncmp(entry, ours[i], length) == 0)
			return i;
	}
	return -1;
}

/* True where a program gave ENTRY a meaning of its own: it sets up another overlay for its child.
 */
static bool changed(const char *entry, int i)
{
	return hash_of(entry) != started[i] && !text_same(entry, ours[i]);
}

/* The value of the last LD_PRELOAD of ENVP, which is the one ld.so(8) reads; "" without one. */
static const char *preload_value(char *const *envp)
{
	const char *value = NULL;
	for (; envp && *envp; envp++) {
		const char *here = text_after(*envp, PRELOAD_NAME);
		value = here ? here : value;
	}
	return value ? value : "";
}

struct environment_room environment_measure(const struct start *s)
{
	const size_t state = handover_size(s);
	return (struct environment_room){
		.slots = exec_count(s->envp) + OURS_MAX + handover_slots(state) +
			 2, /* LD_PRELOAD and the end */
		.preload = sizeof PRELOAD_NAME + preload_size(preload_value(s->envp)),
		.state = state,
	};
}

static char **add_preload(char **slot, struct text *t, char *const *envp)
{
	*slot++ = t->at;
	text_add(t, PRELOAD_NAME);
	preload_add(t, preload_value(envp));
	return slot;
}

void environment_fill(const struct start *s, const struct environment_room *room, char **slots,
		      char *bytes)
{
	char *const *const envp = s->envp;
	uint32_t seen = 0;
	bool preload = false, other = false;
	struct text t;
	text_init(&t, bytes, room->preload);
	for (char *const *entry = envp; entry && *entry; entry++) {
		int i = which(*entry);
		if (text_starts(*entry, HANDOVER_NAME))
			continue;
		if (text_starts(*entry, PRELOAD_NAME)) {
			slots = preload ? slots : add_preload(slots, &t, envp);
			preload = true;
			continue;
		}
		bool keep = i < 0 || changed(*entry, i);
		other |= keep && i >= 0;
		seen |= i < 0 ? 0 : 1u << i;
		*slots++ = keep ? *entry : ours[i];
	}
	if (!preload)
		slots = add_preload(slots, &t, envp);
	/* Of an overlay set up on purpose the variables left out are left out on purpose. */
	for (int i = 0; ours[i] && !other; i++)
		if (!(seen & 1u << i))
			*slots++ = ours[i];
	slots = handover_write(bytes + room->preload, room->state, slots, s);
	*slots = NULL;
}

/* Takes what was handed over out of ENVP. */
static void adopt_state(char **envp)
{
	char **kept = envp;
	for (; *envp; envp++) {
		const char *state = text_after(*envp, HANDOVER_NAME);
		if (state)
			handover_read(state);
		else
			*kept++ = *envp;
	}
	*kept = NULL;
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
	adopt_state(envp);
}
