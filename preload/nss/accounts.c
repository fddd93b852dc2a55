/*
 * A service for nsswitch.conf(5): what its "files" does for accounts, by way of fopen. libc reads
 * these files itself, past everything preloaded; here they are merged's.
 */
#include "service.h"

#include <errno.h>
#include <grp.h>
#include <gshadow.h>

#include <pwd.h>
#include <shadow.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Room for the strings of one entry, which the caller gives. */
struct room {
	char *at;
	size_t size;
	int *error;
};

/* A file of entries, one a line. STREAM is where getpwent and its like stand; libc has a lock
 * around them. */
struct table {
	const char *path;
	int (*read)(FILE *stream, void *entry, const struct room *room);
	FILE *stream;
};

/* One call for each type: fgetpwent_r(3) and its kin. */
static int read_passwd(FILE *stream, void *entry, const struct room *room)
{
	struct passwd *result;
	return fgetpwent_r(stream, entry, room->at, room->size, &result);
}
static int read_group(FILE *stream, void *entry, const struct room *room)
{
	struct group *result;
	return fgetgrent_r(stream, entry, room->at, room->size, &result);
}
static int read_shadow(FILE *stream, void *entry, const struct room *room)
{
	struct spwd *result;
	return fgetspent_r(stream, entry, room->at, room->size, &result);
}
static int read_gshadow(FILE *stream, void *entry, const struct room *room)
{
	struct sgrp *result;
	return fgetsgent_r(stream, entry, room->at, room->size, &result);
}

static struct table passwd = {"/etc/passwd", read_passwd, NULL};
static struct table group = {"/etc/group", read_group, NULL};
static struct table shadow = {"/etc/shadow", read_shadow, NULL};
static struct table gshadow = {"/etc/gshadow", read_gshadow, NULL};

static enum nss_status answer(int error, int *told)
{
	if (error == 0)
		return NSS_STATUS_SUCCESS;
	*told = error;
	if (error == ERANGE || error == EAGAIN)
		return NSS_STATUS_TRYAGAIN;
	return error == ENOENT ? NSS_STATUS_NOTFOUND : NSS_STATUS_UNAVAIL;
}

/* A missing file has no entries; one that cannot be read is for other services to answer. */
static enum nss_status unopened(int *told)
{
	*told = errno;
	return errno == ENOENT || errno == EACCES ? NSS_STATUS_UNAVAIL : answer(errno, told);
}

/* --- one after the other --- */

static enum nss_status rewind_table(struct table *table)
{
	if (table->stream)
		rewind(table->stream);
	return NSS_STATUS_SUCCESS;
}

static enum nss_status close_table(struct table *table)
{
	if (table->stream)
		fclose(table->stream);
	table->stream = NULL;
	return NSS_STATUS_SUCCESS;
}

static enum nss_status next(struct table *table, void *entry, const struct room *room)
{
	if (!table->stream)
		table->stream = fopen(table->path, "re");
	if (!table->stream)
		return unopened(room->error);
	return answer(table->read(table->stream, entry, room), room->error);
}

/* --- by name or number --- */

typedef bool match(const void *entry, const void *key);

static enum nss_status find(const struct table *table, void *entry, const struct room *room,
			    match *is, const void *key)
{
	FILE *stream = fopen(table->path, "re");
	int error;
	if (!stream)
		return unopened(room->error);
	do
		error = table->read(stream, entry, room);
	while (error == 0 && !is(entry, key));
	fclose(stream);
	return answer(error, room->error);
}

static bool is_user(const void *entry, const void *key)
{
	return strcmp(((const struct passwd *)entry)->pw_name, key) == 0;
}
static bool is_uid(const void *entry, const void *key)
{
	return ((const struct passwd *)entry)->pw_uid == *(const uid_t *)key;
}
static bool is_group(const void *entry, const void *key)
{
	return strcmp(((const struct group *)entry)->gr_name, key) == 0;
}
static bool is_gid(const void *entry, const void *key)
{
	return ((const struct group *)entry)->gr_gid == *(const gid_t *)key;
}
static bool is_shadow(const void *entry, const void *key)
{
	return strcmp(((const struct spwd *)entry)->sp_namp, key) == 0;
}
static bool is_gshadow(const void *entry, const void *key)
{
	return strcmp(((const struct sgrp *)entry)->sg_namp, key) == 0;
}

/* --- the names libc looks for --- */

#define TABLE(table, ent, type)                                                                    \
	enum nss_status _nss_overlain_set##ent(int stay)                                           \
	{                                                                                          \
		(void)stay;                                                                        \
		return rewind_table(&table);                                                       \
	}                                                                                          \
	enum nss_status _nss_overlain_end##ent(void)                                               \
	{                                                                                          \
		return close_table(&table);                                                        \
	}                                                                                          \
	enum nss_status _nss_overlain_get##ent##_r(type *entry, char *at, size_t size, int *error) \
	{                                                                                          \
		return next(&table, entry, &(struct room){at, size, error});                       \
	}

#define LOOKUP(table, name, type, key_type, is, key)                                               \
	enum nss_status _nss_overlain_get##name##_r(key_type, type *entry, char *at, size_t size,  \
						    int *error)                                    \
	{                                                                                          \
		return find(&table, entry, &(struct room){at, size, error}, is, key);              \
	}

TABLE(passwd, pwent, struct passwd)
LOOKUP(passwd, pwnam, struct passwd, const char *name, is_user, name)
LOOKUP(passwd, pwuid, struct passwd, uid_t uid, is_uid, &uid)
TABLE(group, grent, struct group)
LOOKUP(group, grnam, struct group, const char *name, is_group, name)
LOOKUP(group, grgid, struct group, gid_t gid, is_gid, &gid)
TABLE(shadow, spent, struct spwd)
LOOKUP(shadow, spnam, struct spwd, const char *name, is_shadow, name)
TABLE(gshadow, sgent, struct sgrp)
LOOKUP(gshadow, sgnam, struct sgrp, const char *name, is_gshadow, name)
