"""Operations on files as open descriptors, some of which stay open while their names change."""
import mmap
import os

from layers import NAMES
from names import FOLLOW, linkat, path
from view import names_in, show

FLAGS = [(os.O_CREAT, 0.6), (os.O_EXCL, 0.15), (os.O_TRUNC, 0.2), (os.O_APPEND, 0.15),
         (os.O_NOFOLLOW, 0.15), (os.O_DIRECTORY, 0.1)]
kept = {}


def some_flags(r):
    flags = r.choice([os.O_RDONLY, os.O_WRONLY, os.O_RDWR])
    for flag, chance in FLAGS:
        if r.random() < chance:
            flags |= flag
    return flags


def with_open(p, flags, call):
    fd = os.open(p, flags | os.O_NONBLOCK, 0o644)
    try:
        return call(fd)
    finally:
        os.close(fd)


def draw_open(r, m):
    """Opens in any mode; what fstat says must be what stat says."""
    p, flags, data = path(r, m), some_flags(r), b"%d" % r.randrange(1000)

    def use(fd):
        s = os.fstat(fd)
        named = os.stat(p) if not flags & os.O_NOFOLLOW else s
        wrote = os.write(fd, data) if flags & 3 else 0
        return show(s), s.st_ino == named.st_ino, s.st_dev == named.st_dev, wrote
    return (p, flags), lambda: with_open(p, flags, use)


def draw_read(r, m):
    p = path(r, m)
    return (p,), lambda: with_open(p, os.O_RDONLY, lambda fd: os.read(fd, 9000))


def draw_mmap(r, m):
    def use(fd):
        with mmap.mmap(fd, 0, prot=mmap.PROT_READ) as data:
            return data[:9000]
    p = path(r, m)
    return (p,), lambda: with_open(p, os.O_RDONLY, use)


def draw_tmpfile(r, m):
    """A file without a name that gets one."""
    p, q = path(r, m), path(r, m)

    def use(fd):
        os.write(fd, b"nameless")
        linkat(f"/proc/self/fd/{fd}", q, FOLLOW)
        return show(os.stat(q))
    return (p, q), lambda: with_open(p, os.O_TMPFILE | os.O_RDWR, use)


def draw_copy(r, m):
    p, q = path(r, m), path(r, m)

    def use(source):
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        return with_open(q, flags, lambda fd: os.sendfile(fd, source, 0, 5000))
    return (p, q), lambda: with_open(p, os.O_RDONLY, use)


def draw_path_only(r, m):
    p = path(r, m)
    return (p,), lambda: with_open(p, os.O_PATH | os.O_NOFOLLOW, lambda fd: show(os.fstat(fd)))


def keep(slot, p, flags):
    fd = os.open(p, flags | os.O_NONBLOCK, 0o644)
    if slot in kept:
        os.close(kept[slot])
    kept[slot] = fd


def draw_keep(r, m):
    p, slot = path(r, m), r.randrange(4)
    flags = r.choice([os.O_RDONLY, os.O_RDONLY, os.O_RDWR, os.O_WRONLY | os.O_APPEND,
                      os.O_RDWR | os.O_CREAT, os.O_PATH])
    return (slot, p, flags), lambda: keep(slot, p, flags)


def draw_keep_directory(r, m):
    p, slot = path(r, m), 4 + r.randrange(3)
    return (slot, p), lambda: keep(slot, p, os.O_RDONLY | os.O_DIRECTORY)


def on_kept(slots, call):
    """A call on a descriptor kept from before, and a name for those that want one."""
    def draw(r, m):
        slot, name = r.choice(slots), r.choice(NAMES)
        return (slot, name), lambda: call(kept[slot], name) if slot in kept else "none kept"
    return draw


def changing(call):
    """A lower's file that has lost its last name cannot be copied up any more: it stays as it is."""
    def unless_nameless(fd, name):
        if os.readlink(f"/proc/self/fd/{fd}").endswith(" (deleted)"):
            return "nameless"
        return call(fd)
    return unless_nameless


FILES, DIRECTORIES = range(4), range(4, 7)


def make_in(fd, name):
    made = os.open(name, os.O_CREAT | os.O_WRONLY | os.O_NONBLOCK, 0o640, dir_fd=fd)
    try:
        return os.write(made, b"made")
    finally:
        os.close(made)


def fields(fd, name):
    return show(os.fstat(fd))


KINDS = {
    "open": (draw_open, 6),
    "read": (draw_read, 2),
    "mmap": (draw_mmap, 1),
    "tmpfile": (draw_tmpfile, 1),
    "sendfile": (draw_copy, 1),
    "path_only": (draw_path_only, 1),
    "keep": (draw_keep, 2),
    "kept_fstat": (on_kept(FILES, fields), 1),
    "kept_pread": (on_kept(FILES, lambda fd, n: os.pread(fd, 100, 0)), 1),
    "kept_pwrite": (on_kept(FILES, lambda fd, n: os.pwrite(fd, b"kept", 2)), 1),
    "kept_ftruncate": (on_kept(FILES, lambda fd, n: os.ftruncate(fd, 7)), 0.5),
    "kept_fchmod": (on_kept(FILES, changing(lambda fd: os.fchmod(fd, 0o604))), 0.5),
    "kept_futimens": (on_kept(FILES, changing(lambda fd: os.utime(fd, ns=(3, 4)))), 0.5),
    "kept_fsetxattr": (on_kept(FILES, changing(lambda fd: os.setxattr(fd, "user.kept", b"1"))), 0.5),
    "kept_flistxattr": (on_kept(FILES, lambda fd, n: sorted(os.listxattr(fd))), 0.5),
    "keep_directory": (draw_keep_directory, 1.5),
    "kept_list": (on_kept(DIRECTORIES, lambda fd, n: names_in(fd)), 1),
    "kept_dir_fstat": (on_kept(DIRECTORIES, fields), 0.5),
    "kept_openat": (on_kept(DIRECTORIES, make_in), 1),
    "kept_mkdirat": (on_kept(DIRECTORIES, lambda fd, n: os.mkdir(n, dir_fd=fd)), 1),
    "kept_unlinkat": (on_kept(DIRECTORIES, lambda fd, n: os.unlink(n, dir_fd=fd)), 1),
    "kept_fstatat": (on_kept(DIRECTORIES, lambda fd, n: show(os.lstat(n, dir_fd=fd))), 1),
    "kept_renameat": (on_kept(DIRECTORIES, lambda fd, n: os.rename(
        n, "moved", src_dir_fd=fd, dst_dir_fd=fd)), 0.5),
    "kept_fchdir": (on_kept(DIRECTORIES, lambda fd, n: (os.fchdir(fd), os.getcwd())), 0.5),
}
