"""Operations on descriptors that stay open while the names they were opened by change."""
import fcntl
import os
import stat

from draws import is_fifo, path
from layers import NAMES
from libc import renameat2, statx
from names import rename
from view import MODE, brief, identity, names_in, show

FILES, DIRECTORIES = range(4), range(4, 7)
slots = {}


def keep(slot, p, flags):
    if is_fifo(p):
        return
    fd = os.open(p, flags | os.O_NONBLOCK, 0o644)
    if slot in slots:
        os.close(slots[slot])
    slots[slot] = fd


def draw_keep(r, m):
    p, slot = path(r, m), r.choice(FILES)
    flags = r.choice([os.O_RDONLY, os.O_RDONLY, os.O_RDWR, os.O_WRONLY | os.O_APPEND,
                      os.O_RDWR | os.O_CREAT, os.O_PATH])
    return (slot, p, flags), lambda: keep(slot, p, flags)


def draw_keep_directory(r, m):
    p, slot = path(r, m), r.choice(DIRECTORIES)
    return (slot, p), lambda: keep(slot, p, os.O_RDONLY | os.O_DIRECTORY)


def on_kept(which, call):
    """A call on a descriptor kept from before, and a name for those that want one."""
    def draw(r, m):
        slot, name = r.choice(which), r.choice(NAMES)
        return (slot, name), lambda: call(slots[slot], name) if slot in slots else "none kept"
    return draw


def on_directory(call):
    def unless_closed(fd, name):
        return "closed" if is_closed(fd) else call(fd, name)
    return on_kept(DIRECTORIES, unless_closed)


def is_nameless(fd):
    return os.readlink(f"/proc/self/fd/{fd}").endswith(" (deleted)")


def is_closed(fd):
    """
    True of what lies in a lower, below a directory that its user may not search any more: the
    library cannot copy it up, nor see its other parts, nor that it is gone. The kernel can, by its
    mounter's rights.
    """
    try:
        os.lstat(os.readlink(f"/proc/self/fd/{fd}"))
    except PermissionError:
        return identity(os.fstat(fd)) != "new"
    except OSError:
        pass
    return False


def changing(call):
    """A lower's file that has lost its last name cannot be copied up any more: it stays as it is."""
    def unless_nameless(fd, name):
        return "closed" if is_closed(fd) else "nameless" if is_nameless(fd) else call(fd)
    return unless_nameless


def names_of_attributes(fd, name):
    """Of a directory those of its part in the upper count, which may not be seen: is_closed."""
    closed = stat.S_ISDIR(os.fstat(fd).st_mode) and is_closed(fd)
    return "closed" if closed else sorted(os.listxattr(fd))


def make_in(fd, name):
    made = os.open(name, os.O_CREAT | os.O_WRONLY | os.O_NONBLOCK, 0o640, dir_fd=fd)
    try:
        return os.write(made, b"made")
    finally:
        os.close(made)


def fields(fd, name):
    """
    What fstat says. A merged directory that was removed has one name, as before, to the kernel; and
    a file that moved with its directory, which for the library is a copy, the one in the lower.
    """
    shown = show(os.fstat(fd))
    if is_closed(fd):
        return "closed"
    directory = os.path.isdir(f"/proc/self/fd/{fd}")
    if not is_nameless(fd) or not (directory or MODE == "moved"):
        return shown
    return shown[:2] + shown[3:8 if directory else 7]


def parent(fd, name):
    """That of a removed directory may be removed itself, which only the kernel still has."""
    return "nameless" if is_nameless(fd) else show(os.stat("..", dir_fd=fd))


def both_stats(fd, name):
    """fstat and statx of one descriptor agree."""
    mode, _, ino, device, uid, gid = statx("", 0x1000, dir_fd=fd)
    s = os.fstat(fd)
    return (mode, ino, device, uid, gid) == (s.st_mode, s.st_ino, s.st_dev, s.st_uid, s.st_gid)


def duplicate(slot, other):
    fd = fcntl.fcntl(slots[slot], fcntl.F_DUPFD_CLOEXEC, 100)
    if other in slots:
        os.close(slots[other])
    slots[other] = fd


def draw_duplicate(r, m):
    slot, other = r.choice(FILES), r.choice(FILES)
    return (slot, other), lambda: (duplicate(slot, other) if slot in slots and slot != other
                                   else "none kept")


def exchange(fd, name):
    renameat2(name, "a", 2, fd, fd)


KINDS = {
    "keep": (draw_keep, 2),
    "kept_dup": (draw_duplicate, 0.5),
    "kept_fstat": (on_kept(FILES, fields), 1),
    "kept_statx": (on_kept(range(7), both_stats), 1),
    "kept_pread": (on_kept(FILES, lambda fd, n: brief(os.pread(fd, 100, 0))), 1),
    "kept_pwrite": (on_kept(FILES, lambda fd, n: os.pwrite(fd, b"kept", 2)), 1),
    "kept_ftruncate": (on_kept(FILES, lambda fd, n: os.ftruncate(fd, 7)), 0.5),
    "kept_fchmod": (on_kept(FILES, changing(lambda fd: os.fchmod(fd, 0o604))), 0.5),
    "kept_fchown": (on_kept(FILES, changing(lambda fd: os.fchown(fd, -1, os.getgid()))), 0.5),
    "kept_futimens": (on_kept(FILES, changing(lambda fd: os.utime(fd, ns=(3, 4)))), 0.5),
    "kept_fsetxattr": (on_kept(FILES, changing(lambda fd: os.setxattr(fd, "user.kept", b"1"))), 0.5),
    "kept_flistxattr": (on_kept(FILES, names_of_attributes), 0.5),
    "keep_directory": (draw_keep_directory, 1.5),
    "kept_list": (on_directory(lambda fd, n: names_in(fd)), 1),
    "kept_dir_fstat": (on_directory(fields), 0.5),
    "kept_dir_fchmod": (on_directory(changing(lambda fd: os.fchmod(fd, 0o711))), 0.5),
    "kept_openat": (on_directory(make_in), 1),
    "kept_mkdirat": (on_directory(lambda fd, n: os.mkdir(n, dir_fd=fd)), 1),
    "kept_unlinkat": (on_directory(lambda fd, n: os.unlink(n, dir_fd=fd)), 1),
    "kept_fstatat": (on_directory(lambda fd, n: show(os.lstat(n, dir_fd=fd))), 1),
    "kept_parent": (on_directory(parent), 0.5),
    "kept_renameat": (on_directory(lambda fd, n: rename(
        n, "moved", src_dir_fd=fd, dst_dir_fd=fd)), 0.5),
    "kept_exchange": (on_directory(exchange), 0.3),
    "kept_fchdir": (on_directory(lambda fd, n: (os.fchdir(fd), os.getcwd())), 0.5),
}
