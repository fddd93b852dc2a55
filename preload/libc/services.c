/*
 * Accounts and hosts where merged covers /etc. libc reads those files itself, past every name it
 * exports, but lets a program say which services it asks: ours (preload/nss/) takes the place of
 * "files" in what merged's nsswitch.conf(5) says. That is said before the first question
 * (symbols.def, before.S), for most programs have none, and libc reads the system's nsswitch.conf
 * when it is told.
 */
#include "overlain/libc.h"

#include <nss.h>
#include <string.h>

#define BLANK " \t"

/* What is asked where nsswitch.conf says nothing: libc's own defaults, with ours for "files". */
static const struct {
	const char *database, *usual;
} databases[] = {
	{"passwd", "overlain"},  {"group", "overlain"},     {"shadow", "overlain"},
	{"gshadow", "overlain"}, {"hosts", "overlain dns"},
};

/* Adds the services of LINE, one blank apart, with "files" and "compat" exchanged for ours. */
static void add_services(struct text *t, const char *line)
{
	for (size_t length; *(line += strspn(line, BLANK)); line += length) {
		length = strcspn(line, BLANK);
		bool files = (length == 5 && memcmp(line, "files", 5) == 0) ||
			     (length == 6 && memcmp(line, "compat", 6) == 0);
		text_add_bytes(t, files ? "overlain" : line, files ? 8 : length);
		text_add_char(t, ' ');
	}
}

/* What follows "DATABASE:" in LINE, or NULL. */
static const char *services_in(const char *line, const char *database)
{
	const char *rest = text_after(line + strspn(line, BLANK), database);
	rest = rest ? rest + strspn(rest, BLANK) : NULL;
	return rest && *rest == ':' ? rest + 1 : NULL;
}

static void configure(const char *database, const char *usual, const char *conf)
{
	char services[256], line[256];
	struct text t;
	text_init(&t, services, sizeof services);
	for (; *conf; conf += strcspn(conf, "\n"), conf += *conf == '\n') {
		const size_t length = strcspn(conf, "#\n");
		if (length >= sizeof line)
			continue;
		memcpy(line, conf, length);
		line[length] = 0;
		const char *found = services_in(line, database);
		if (found)
			add_services(&t, found);
	}
	if (!text_full(&t))
		__nss_configure_lookup(database, text_length(&t) ? services : usual);
}

/* Its module is found by the auditor. */
static bool is_wanted(void)
{
	struct place at;
	return process_ready() && handover_audited() &&
	       place_find(&at, AT_FDCWD, "/etc/passwd", 0) == 0 && at.overlay;
}

static void configure_all(void)
{
	char conf[4096];
	int fd = open("/etc/nsswitch.conf", O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? 0 : sys_read(fd, conf, sizeof conf - 1);
	conf[size > 0 ? size : 0] = 0;
	if (fd >= 0)
		close(fd);
	for (unsigned i = 0; i < sizeof databases / sizeof *databases; i++)
		configure(databases[i].database, databases[i].usual, conf);
}

void services_ask(void)
{
	static bool asked;
	const int before = errno;
	if (__atomic_load_n(&asked, __ATOMIC_ACQUIRE))
		return;
	if (is_wanted())
		configure_all();
	__atomic_store_n(&asked, true, __ATOMIC_RELEASE);
	errno = before;
}
