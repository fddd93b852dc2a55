/* Things half-made: they live in workdir/work until one rename publishes them. */
#include "internal.h"

#include <linux/fs.h>
#include <string.h>

/* Unique among threads by their number, among pid namespaces and lives by a random start. */
void stage_name(const struct overlay *ov, struct stage *s)
{
	static uint64_t start, count;
	uint64_t salt = __atomic_load_n(&start, __ATOMIC_RELAXED);
	if (!salt) {
		SYS3(SYS_getrandom, &salt, sizeof salt, 1 /* GRND_NONBLOCK */);
		__atomic_store_n(&start, salt, __ATOMIC_RELAXED);
	}
	struct text t;
	text_init(&t, s->path, sizeof s->path);
	text_add(&t, ov->work.reach);
	text_add(&t, "#");
	text_add_hex(&t, (uint64_t)sys_gettid());
	text_add(&t, ".");
	text_add_hex(&t, salt + __atomic_add_fetch(&count, 1, __ATOMIC_RELAXED));
}

static void discard_at(int dirfd, const char *name)
{
	int error = sys_unlinkat(dirfd, name, 0);
	if (error != -EISDIR && error != -EPERM)
		return;
	SYS3(SYS_fchmodat, dirfd, name, 0700);
	CLOSE_SCOPED int fd =
		sys_openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
	char buffer[ENTRIES_SIZE] __attribute__((aligned(8)));
	ssize_t size;
	while (fd >= 0 && (size = sys_getdents64(fd, buffer, sizeof buffer)) > 0)
		for (ssize_t at = 0; at < size;) {
			const struct dirent64 *entry = (const void *)(buffer + at);
			if (!text_same(entry->d_name, ".") && !text_same(entry->d_name, ".."))
				discard_at(fd, entry->d_name);
			at += entry->d_reclen;
		}
	sys_unlinkat(dirfd, name, AT_REMOVEDIR);
}

void stage_discard(const char *path)
{
	discard_at(AT_FDCWD, path);
}

int overlay_scratch(const struct overlay *ov, const struct node *n, struct stage *s)
{
	if (!ov->writable)
		return -EROFS;
	stage_name(ov, s);
	if (node_absent(n))
		return 0;
	if (node_is_dir(n))
		return sys_mkdir(s->path, 0700);
	if (n->type == DT_LNK)
		return sys_symlink(".", s->path);
	/* One of the special kinds that anybody may make stands for them all. */
	return sys_mknod(s->path, (n->type == DT_REG ? S_IFREG : S_IFIFO) | 0600, 0);
}

int stage_move(const char *from, const char *to, unsigned flags)
{
	int error = sys_rename(from, to, flags);
	if (error != -EACCES)
		return error;
	int mode = layer_lend(from), other = flags & RENAME_EXCHANGE ? layer_lend(to) : -1;
	if (mode >= 0 || other >= 0)
		error = sys_rename(from, to, flags);
	if (mode >= 0)
		sys_chmod(error ? from : to, (mode_t)mode);
	if (other >= 0)
		sys_chmod(error ? to : from, (mode_t)other);
	return error;
}

int overlay_enter_removed(const struct overlay *ov)
{
	struct stage s;
	if (!ov->writable)
		return -ENOENT;
	stage_name(ov, &s);
	int error = sys_mkdir(s.path, 0700);
	if (error)
		return error;
	error = (int)SYS1(SYS_chdir, s.path);
	sys_rmdir(s.path);
	return error;
}
