/* mount(8) where nothing is to be mounted, only listed. */
#ifndef TESTS_MOUNT_H
#define TESTS_MOUNT_H

/* It is set-user-ID, and for anybody but root the loader then leaves our library out: a copy is
 * not. */
#define MOUNT                                                                                      \
	"mount=$(command -v mount); "                                                              \
	"[ $(id -u) = 0 ] || { cp $mount ./mount.copy; mount=./mount.copy; }; $mount"

/* The kernel's line goes on with options of its own; this much is the same. */
#define UP_TO_WORKDIR " | sed 's/\\(workdir=[^,) ]*\\).*/\\1/'"

#endif
