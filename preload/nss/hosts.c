/* The same service for /etc/hosts: hosts(5). */
#include "service.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANK   " \t\n"
#define ALIASES 35

/* A line, taken apart in place. */
struct line {
	char *text;
	size_t size;
	int family;
	unsigned char address[16];
	char *names[ALIASES + 1]; /* the first is the canonical one */
	size_t count;
};

/* What is looked for: a name, or else an address; or, of neither, any line. */
struct wanted {
	const char *name;
	const void *address;
	int family; /* AF_UNSPEC: either */
};

static bool split(struct line *line)
{
	char *rest;
	line->text[strcspn(line->text, "#")] = 0;
	const char *address = strtok_r(line->text, BLANK, &rest);
	if (!address)
		return false;
	line->family = strchr(address, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(line->family, address, line->address) != 1)
		return false;
	line->count = 0;
	for (char *name; line->count < ALIASES && (name = strtok_r(NULL, BLANK, &rest));)
		line->names[line->count++] = name;
	line->names[line->count] = NULL;
	return line->count > 0;
}

static size_t address_size(int family)
{
	return family == AF_INET6 ? sizeof(struct in6_addr) : sizeof(struct in_addr);
}

static bool matches(const struct line *line, const struct wanted *w)
{
	if (w->family != AF_UNSPEC && line->family != w->family)
		return false;
	if (w->address)
		return memcmp(line->address, w->address, address_size(line->family)) == 0;
	for (size_t i = 0; w->name && i < line->count; i++)
		if (strcasecmp(line->names[i], w->name) == 0)
			return true;
	return !w->name;
}

/* The next line of STREAM that is wanted. */
static bool next_line(FILE *stream, struct line *line, const struct wanted *w)
{
	while (getline(&line->text, &line->size, stream) >= 0)
		if (split(line) && matches(line, w))
			return true;
	return false;
}

/* The caller's buffer: first pointers and addresses, then strings. */
struct room {
	char *at;
	char *end;
};

static void *take(struct room *room, size_t size, size_t align)
{
	char *at = room->at + (-(uintptr_t)room->at & (align - 1));
	if (at > room->end || size > (size_t)(room->end - at))
		return NULL;
	room->at = at + size;
	return at;
}

static char *take_string(struct room *room, const char *s)
{
	char *to = take(room, strlen(s) + 1, 1);
	return to ? strcpy(to, s) : NULL;
}

/* One address: of several lines with the same name the first counts. */
static bool fill(struct hostent *host, const struct line *line, struct room *room)
{
	const size_t size = address_size(line->family);
	char **list = take(room, 2 * sizeof *list, sizeof *list);
	char **aliases = take(room, line->count * sizeof *aliases, sizeof *aliases);
	char *address = take(room, size, 8);
	if (!list || !aliases || !address)
		return false;
	list[0] = memcpy(address, line->address, size);
	list[1] = NULL;
	for (size_t i = 1; i < line->count; i++)
		if (!(aliases[i - 1] = take_string(room, line->names[i])))
			return false;
	aliases[line->count - 1] = NULL;
	*host = (struct hostent){
		.h_name = take_string(room, line->names[0]),
		.h_aliases = aliases,
		.h_addrtype = line->family,
		.h_length = (int)size,
		.h_addr_list = list,
	};
	return host->h_name;
}

static enum nss_status fail(enum nss_status status, int error, int host_error, int *told,
			    int *host_told)
{
	*told = error;
	*host_told = host_error;
	return status;
}

/* An entry that does not fit is asked for again, with more room. */
static enum nss_status deliver(struct hostent *host, const struct line *line, char *buffer,
			       size_t size, int *told, int *host_told)
{
	struct room room = {buffer, buffer + size};
	if (!fill(host, line, &room))
		return fail(NSS_STATUS_TRYAGAIN, ERANGE, NETDB_INTERNAL, told, host_told);
	*host_told = NETDB_SUCCESS;
	return NSS_STATUS_SUCCESS;
}

static enum nss_status find(const struct wanted *w, struct hostent *host, char *buffer, size_t size,
			    int *told, int *host_told)
{
	struct line line = {.text = NULL};
	FILE *stream = fopen("/etc/hosts", "re");
	if (!stream)
		return fail(NSS_STATUS_UNAVAIL, errno, NO_DATA, told, host_told);
	enum nss_status status =
		next_line(stream, &line, w)
			? deliver(host, &line, buffer, size, told, host_told)
			: fail(NSS_STATUS_NOTFOUND, ENOENT, HOST_NOT_FOUND, told, host_told);
	free(line.text);
	fclose(stream);
	return status;
}

enum nss_status _nss_overlain_gethostbyname3_r(const char *name, int family, struct hostent *host,
					       char *buffer, size_t size, int *told, int *host_told,
					       int32_t *ttl, char **canonical)
{
	enum nss_status status = find(&(struct wanted){.name = name, .family = family}, host,
				      buffer, size, told, host_told);
	if (ttl)
		*ttl = 0;
	if (status == NSS_STATUS_SUCCESS && canonical)
		*canonical = host->h_name;
	return status;
}

enum nss_status _nss_overlain_gethostbyname2_r(const char *name, int family, struct hostent *host,
					       char *buffer, size_t size, int *told, int *host_told)
{
	return _nss_overlain_gethostbyname3_r(name, family, host, buffer, size, told, host_told,
					      NULL, NULL);
}

enum nss_status _nss_overlain_gethostbyname_r(const char *name, struct hostent *host, char *buffer,
					      size_t size, int *told, int *host_told)
{
	return _nss_overlain_gethostbyname2_r(name, AF_INET, host, buffer, size, told, host_told);
}

enum nss_status _nss_overlain_gethostbyaddr_r(const void *address, socklen_t length, int family,
					      struct hostent *host, char *buffer, size_t size,
					      int *told, int *host_told)
{
	if (length < address_size(family))
		return fail(NSS_STATUS_UNAVAIL, EINVAL, NO_RECOVERY, told, host_told);
	return find(&(struct wanted){.address = address, .family = family}, host, buffer, size,
		    told, host_told);
}

/* gethostent: libc has a lock around these. */
static FILE *listing;

enum nss_status _nss_overlain_endhostent(void)
{
	if (listing)
		fclose(listing);
	listing = NULL;
	return NSS_STATUS_SUCCESS;
}

enum nss_status _nss_overlain_sethostent(int stay)
{
	(void)stay;
	_nss_overlain_endhostent();
	listing = fopen("/etc/hosts", "re");
	return listing ? NSS_STATUS_SUCCESS : NSS_STATUS_UNAVAIL;
}

enum nss_status _nss_overlain_gethostent_r(struct hostent *host, char *buffer, size_t size,
					   int *told, int *host_told)
{
	struct line line = {.text = NULL};
	if (!listing && _nss_overlain_sethostent(0) != NSS_STATUS_SUCCESS)
		return fail(NSS_STATUS_UNAVAIL, errno, NO_DATA, told, host_told);
	const long here = ftell(listing);
	enum nss_status status =
		next_line(listing, &line, &(struct wanted){.family = AF_UNSPEC})
			? deliver(host, &line, buffer, size, told, host_told)
			: fail(NSS_STATUS_NOTFOUND, ENOENT, HOST_NOT_FOUND, told, host_told);
	if (status == NSS_STATUS_TRYAGAIN)
		fseek(listing, here, SEEK_SET);
	free(line.text);
	return status;
}
