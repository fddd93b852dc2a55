/* Programs the overlay cannot cover are told aloud: OVERLAIN_ON_ESCAPE says what else happens. */
#include "internal.h"

#include "overlain/debug.h"

#include <string.h>
#include <sys/mman.h>

enum { WARN, ALLOW, DENY, WORDS };
static const char *const words[WORDS] = {"warn", "allow", "deny"};
static int on_escape;

/*
 * What this process and those it forks have executed, for OVERLAIN_DEBUG=escape; the one that began
 * it tells. A reason is known by its text, which lies where it does in all of them.
 */
#define REASONS 8
static struct tally {
	pid_t owner;
	unsigned executed, escaped;
	struct {
		const char *why;
		unsigned count;
	} of[REASONS];
} * tally;

static void tally_begin(void)
{
	struct tally *page =
		sys_mmap(sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
	if (sys_failed(page))
		return;
	page->owner = sys_getpid();
	tally = page;
}

static void count_reason(const char *why)
{
	for (unsigned i = 0; i < REASONS; i++) {
		const char *known = NULL;
		if (__atomic_compare_exchange_n(&tally->of[i].why, &known, why, false,
						__ATOMIC_RELAXED, __ATOMIC_RELAXED) ||
		    known == why) {
			__atomic_fetch_add(&tally->of[i].count, 1, __ATOMIC_RELAXED);
			return;
		}
	}
}

void escape_count(const char *why)
{
	if (!tally)
		return;
	__atomic_fetch_add(&tally->executed, 1, __ATOMIC_RELAXED);
	if (!why)
		return;
	__atomic_fetch_add(&tally->escaped, 1, __ATOMIC_RELAXED);
	count_reason(why);
}

void escape_tell(void)
{
	char line[512];
	struct text t;
	if (!tally || !tally->escaped || tally->owner != sys_getpid())
		return;
	text_init(&t, line, sizeof line);
	text_add(&t, "escape: ");
	text_add_number(&t, tally->executed);
	text_add(&t, tally->executed == 1 ? " program, " : " programs, ");
	text_add_number(&t, tally->escaped);
	text_add(&t, on_escape == DENY ? " refused" : " without the overlay");
	for (unsigned i = 0; i < REASONS && tally->of[i].why; i++) {
		const char *why = tally->of[i].why, *comma = text_find(why, ',');
		text_add(&t, i ? ", " : ": ");
		text_add_number(&t, tally->of[i].count);
		text_add(&t, " ");
		text_add_bytes(&t, why, comma ? (size_t)(comma - why) : strlen(why));
	}
	debug_say(line, NULL);
}

__attribute__((destructor)) static void end(void)
{
	escape_tell();
}

void escape_read(char *const *envp)
{
	char line[256];
	struct text t;
	const char *word = text_setting(envp, "OVERLAIN_ON_ESCAPE");
	if (debug_on(DEBUG_ESCAPE))
		tally_begin();
	if (!word || !*word)
		return;
	for (int i = 0; i < WORDS; i++)
		if (text_same(word, words[i])) {
			on_escape = i;
			return;
		}
	text_init(&t, line, sizeof line);
	text_add(&t, "OVERLAIN_ON_ESCAPE: ");
	text_add_shown(&t, word, strlen(word));
	text_add(&t, ": is none of warn, deny, allow");
	complain(line);
	sys_exit(125);
}

/*
 * Names told of already, by their hashes: by this process, and by all of the overlay. A child of
 * vfork leaves its in the parent: all the better.
 */
#define TOLD 16
static uint64_t told[TOLD];

static bool told_before(const char *name)
{
	const struct mounts *mounts = process_mounts();
	uint64_t hash = 0xcbf29ce484222325U; /* FNV-1a */
	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 0x100000001b3U;
	process_join_all();
	bool before = __atomic_exchange_n(&told[hash % TOLD], hash, __ATOMIC_RELAXED) == hash;
	for (const struct overlay *ov = mounts->at; ov < mounts->at + mounts->count; ov++)
		before |= overlay_told(ov, hash);
	return before;
}

int escape_report(const char *name, const char *why)
{
	static const char *const outcome[WORDS] = {
		[WARN] = "runs without the overlay",
		[ALLOW] = "runs without the overlay",
		[DENY] = "would run without the overlay, which OVERLAIN_ON_ESCAPE forbids",
	};
	char line[strlen(name) + strlen(why) + 80];
	struct text t;
	if (debug_on(DEBUG_ESCAPE))
		debug_say("exec ", name, ": ", why, NULL);
	if (on_escape != ALLOW && !told_before(name)) {
		text_init(&t, line, sizeof line);
		text_add(&t, name);
		text_add(&t, ": ");
		text_add(&t, why);
		text_add(&t, text_find(why, ',') ? " " : ", ");
		text_add(&t, outcome[on_escape]);
		complain(line);
	}
	return on_escape == DENY ? -EACCES : 0;
}
