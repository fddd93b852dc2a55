/* Origins: the identity an object keeps through its copy-up (struct ovl_fh of the kernel). */
#include "overlain/layer.h"

#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>

#define ORIGIN_XATTR LAYER_XATTR "origin"

/* The number itself, where a handle does not tell it; the kernel passes it over. */
#define INO_XATTR LAYER_XATTR "overlain.ino"

/* fs/overlayfs/overlayfs.h: version, magic, length of it all, flags, type of the handle. */
struct stored {
	uint8_t version;
	uint8_t magic;
	uint8_t length;
	uint8_t flags;
	uint8_t type;
	uint8_t uuid[16];
	uint8_t handle[MAX_HANDLE_SZ];
} __attribute__((packed));

#define ORIGIN_HEADER 21
#define ORIGIN_MAGIC  0xfb
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define ORIGIN_FLAGS 1
#else
#define ORIGIN_FLAGS 0
#endif

/* Handle types whose inode number stands in the handle (include/linux/exportfs.h, mm/shmem.c). */
static const struct {
	uint8_t type, length, at, size;
} inode_forms[] = {
	{0x01, 8, 0, 4},  /* FILEID_INO32_GEN: ext4 and most others */
	{0x02, 16, 0, 4}, /* FILEID_INO32_GEN_PARENT */
	{0x01, 12, 4, 8}, /* tmpfs: generation, then the inode in two halves */
	{0x4d, 20, 0, 8}, /* FILEID_BTRFS_WITHOUT_PARENT */
	{0x81, 12, 0, 8}, /* XFS, 64-bit inodes */
};

bool layer_origin_is_sound(const void *origin, size_t size)
{
	const struct stored *o = origin;
	return size >= ORIGIN_HEADER && o->version == 0 && o->magic == ORIGIN_MAGIC &&
	       o->length == size;
}

/* One of a machine of the other kind is not made out by the kernel, nor are flags it does not know.
 */
static bool is_readable(const struct stored *o)
{
	const uint8_t any_kind = 2, last = 4;
	return o->flags < 2 * last && ((o->flags & any_kind) || (o->flags & 1) == ORIGIN_FLAGS);
}

static uint64_t number_in(const struct stored *o)
{
	uint64_t ino = 0;
	for (unsigned i = 0; i < sizeof inode_forms / sizeof *inode_forms; i++) {
		if (o->type != inode_forms[i].type ||
		    o->length - ORIGIN_HEADER != inode_forms[i].length)
			continue;
		memcpy(&ino, o->handle + inode_forms[i].at, inode_forms[i].size);
		break;
	}
	return ino;
}

int layer_read_origin(const char *path, struct origin *origin)
{
	struct stored o;
	ssize_t size = sys_lgetxattr(path, ORIGIN_XATTR, &o, sizeof o);
	if (size == -ENODATA)
		size = sys_lgetxattr(path, "trusted.overlay.origin", &o, sizeof o);
	if (size < 0)
		return size == -ENODATA ? -ENODATA : -EINVAL;
	if (!layer_origin_is_sound(&o, (size_t)size) || !is_readable(&o))
		return -EINVAL;
	origin->ino = number_in(&o);
	memcpy(origin->uuid, o.uuid, sizeof origin->uuid);
	return 0;
}

uint64_t layer_read_number(const char *path)
{
	uint64_t ino;
	return sys_lgetxattr(path, INO_XATTR, &ino, sizeof ino) == sizeof ino ? ino : 0;
}

/* linux/fs.h, since Linux 6.9; fs/ext4/ext4.h, since 6.0: both tell anybody. */
struct own_uuid {
	uint8_t length;
	uint8_t uuid[16];
};
struct ext4_uuid {
	uint32_t length, flags;
	uint8_t uuid[16];
};
#define GET_UUID      _IOR(0x15, 0, struct own_uuid)
#define GET_EXT4_UUID _IOC(_IOC_READ, 'f', 44, offsetof(struct ext4_uuid, uuid))

/*
 * The kernel makes nothing of a handle unless the UUID of its file system is that of the layer's.
 * Threads that ask at once are told the same.
 */
static const uint8_t *layer_uuid(struct layer *layer)
{
	struct own_uuid own = {.length = 0};
	struct ext4_uuid ext4 = {.length = sizeof ext4.uuid};
	if (__atomic_load_n(&layer->uuid_known, __ATOMIC_ACQUIRE))
		return layer->uuid;
	CLOSE_SCOPED int fd =
		sys_openat(AT_FDCWD, layer->reach, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	bool told = true;
	if (sys_ioctl(fd, GET_UUID, (long)&own) == 0 && own.length == sizeof own.uuid)
		memcpy(layer->uuid, own.uuid, sizeof own.uuid);
	else if ((told = sys_ioctl(fd, GET_EXT4_UUID, (long)&ext4) == 0))
		memcpy(layer->uuid, ext4.uuid, sizeof ext4.uuid);
	__atomic_store_n(&layer->uuid_known, told ? UUID_TOLD : UUID_SECRET, __ATOMIC_RELEASE);
	return layer->uuid;
}

bool layer_may_have(struct layer *layer, const uint8_t uuid[16])
{
	const bool same = memcmp(layer_uuid(layer), uuid, sizeof layer->uuid) == 0;
	return same || layer->uuid_known == UUID_SECRET;
}

bool layer_write_origin(struct layer *layer, const char *from, uint64_t ino, bool several,
			const char *to)
{
	struct {
		struct file_handle head;
		unsigned char body[MAX_HANDLE_SZ];
	} h = {.head.handle_bytes = MAX_HANDLE_SZ};
	int mount;
	bool handle = SYS5(SYS_name_to_handle_at, AT_FDCWD, from, &h.head, &mount, 0) == 0;
	bool noted = (several || !handle) && sys_lsetxattr(to, INO_XATTR, &ino, sizeof ino, 0) == 0;
	if (!handle)
		return noted;
	struct stored o = {
		.magic = ORIGIN_MAGIC,
		.length = (uint8_t)(ORIGIN_HEADER + h.head.handle_bytes),
		.flags = ORIGIN_FLAGS,
		.type = (uint8_t)h.head.handle_type,
	};
	memcpy(o.uuid, layer_uuid(layer), sizeof o.uuid);
	memcpy(o.handle, h.head.f_handle, h.head.handle_bytes);
	return sys_lsetxattr(to, ORIGIN_XATTR, &o, o.length, 0) == 0;
}
