/* Where a library is found by name: the search of ld.so(8), in merged's terms. */
#include "internal.h"

#include "overlain/library.h"

#include <string.h>

/* A place where the name would be found: nowhere, inside merged, or where ld.so finds it itself. */
enum where { NOWHERE, INSIDE, OUTSIDE };

struct search {
	const char *name;
	bool ask; /* look outside as well */
	struct place *at;
	char *found;
};

/* The length of a token NAME at the start of TEXT, in braces or not; 0 when it stands not there. */
static size_t token_length(const char *text, const char *name)
{
	const bool braces = text[0] == '{';
	const char *end = text_after(text + braces, name);
	if (!end || (braces && *end != '}'))
		return 0;
	return (size_t)(end - text) + braces;
}

static void add_origin(struct text *t, const struct seeker *s)
{
	size_t length = strlen(s->name);
	while (length > 1 && s->name[length - 1] != '/')
		length--;
	text_add_bytes(t, s->name, length > 1 ? length - 1 : length);
}

/* Adds LENGTH bytes of PART; false for a token that only ld.so knows, as $LIB and $PLATFORM. */
static bool add_expanded(struct text *t, const struct seeker *s, const char *part, size_t length)
{
	for (const char *at = part; at < part + length; at++) {
		if (*at != '$') {
			text_add_char(t, *at);
			continue;
		}
		size_t token = token_length(at + 1, "ORIGIN");
		if (!token || !s->name[0])
			return false;
		add_origin(t, s);
		at += token;
	}
	return !text_full(t);
}

bool library_expand(const struct seeker *s, const char *text, char *buffer)
{
	struct text t;
	text_init(&t, buffer, PATH_MAX);
	return add_expanded(&t, s, text, strlen(text));
}

static size_t element_end(const char *list)
{
	size_t length = 0;
	while (list[length] && list[length] != ':' && list[length] != ';')
		length++;
	return length;
}

/* The element of LIST of LENGTH bytes as a directory's name, with a slash behind it. */
static bool spell_directory(struct text *t, const struct seeker *s, const char *list, size_t length)
{
	if (!add_expanded(t, s, list, length))
		return false;
	if (length && t->at[-1] != '/')
		text_add_char(t, '/');
	return true;
}

/* Libraries of other machines are passed over: they share directories with ours. */
static bool fits(const char *path)
{
	CLOSE_SCOPED int fd = sys_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
	return fd >= 0 && elf_fits(fd);
}

static enum where look(const struct search *s)
{
	struct place *at = s->at;
	if (place_find(at, AT_FDCWD, s->found, PLACE_FOLLOW))
		return NOWHERE;
	if (!at->overlay)
		return s->ask && fits(at->name) ? OUTSIDE : NOWHERE;
	if (at->node.type != DT_REG)
		return NOWHERE;
	return !s->ask || fits(overlay_reach(at->overlay, &at->node, &at->path)) ? INSIDE : NOWHERE;
}

static enum where look_along(const struct search *s, const struct seeker *of, const char *list)
{
	enum where where = NOWHERE;
	for (const char *one = list; one && where == NOWHERE;) {
		struct text t;
		size_t length = element_end(one);
		text_init(&t, s->found, PATH_MAX);
		bool spelled = spell_directory(&t, of, one, length);
		text_add(&t, s->name);
		if (spelled && !text_full(&t))
			where = look(s);
		one = one[length] ? one + length + 1 : NULL;
	}
	return where;
}

/* RPATHs count up to the program, except those of objects that have a RUNPATH as well. */
static enum where look_for(const struct search *s, const struct seeker *of, const char *path)
{
	enum where where = NOWHERE;
	const struct seeker *program = of;
	for (const struct seeker *one = of; one; one = one->by) {
		program = one;
		if (!of->runpath && !one->runpath && where == NOWHERE)
			where = look_along(s, one, one->rpath);
	}
	if (where == NOWHERE)
		where = look_along(s, program, path);
	return where == NOWHERE ? look_along(s, of, of->runpath) : where;
}

/* What lies outside is asked for only where something inside could stand behind it. */
bool library_find(const struct seeker *s, const char *search, const char *name, struct place *at,
		  char *found)
{
	struct search first = {name, false, at, found};
	struct search again = {name, true, at, found};
	if (search && !*search)
		search = NULL;
	return look_for(&first, s, search) == INSIDE && look_for(&again, s, search) == INSIDE;
}

void library_missing(struct place *at, char *buffer)
{
	struct text t;
	place_name(at, buffer);
	if (sys_faccessat(AT_FDCWD, buffer, F_OK, 0) == 0) {
		text_init(&t, buffer + strlen(buffer), 2);
		text_add(&t, "/");
	}
}

/* A name too long for a look in passing may do so as well. */
__attribute__((noinline)) static bool leads(struct place *at, const char *name)
{
	return place_find(at, AT_FDCWD, name, PLACE_FOLLOW | PLACE_BRIEF) || at->overlay ||
	       at->cramped;
}

bool library_leads(const char *name)
{
	PLACE_BRIEFLY(at);
	return leads(at, name);
}

__attribute__((noinline)) static int open_at(struct place *at, const char *name)
{
	const char *path = name;
	int error = place_find(at, AT_FDCWD, name, PLACE_FOLLOW | PLACE_BRIEF);
	if (!error && at->overlay)
		error = file_reach(at, &path);
	return error ? error : sys_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
}

static int open_file(const char *name)
{
	PLACE_BRIEFLY(at);
	return open_at(at, name);
}

int library_open(const struct seeker *s, const char *list, const char *name)
{
	const size_t more = strlen(s->name) + strlen(name) + 2;
	int fd = -ENOENT;
	for (const char *one = list && *list ? list : NULL; one && fd < 0;) {
		const size_t length = element_end(one);
		char file[length + more];
		struct text t;
		text_init(&t, file, sizeof file);
		bool spelled = spell_directory(&t, s, one, length);
		text_add(&t, name);
		if (spelled && !text_full(&t))
			fd = open_file(file);
		one = one[length] ? one + length + 1 : NULL;
	}
	return fd < 0 ? -ENOENT : fd;
}

bool library_list_leads(const struct seeker *s, const char *list)
{
	const size_t origin = strlen(s->name);
	for (const char *one = list && *list ? list : NULL; one;) {
		const size_t length = element_end(one), size = length + origin + 2;
		char name[size];
		struct text t;
		text_init(&t, name, size);
		if (spell_directory(&t, s, one, length) && library_leads(*name ? name : "."))
			return true;
		one = one[length] ? one + length + 1 : NULL;
	}
	return false;
}
