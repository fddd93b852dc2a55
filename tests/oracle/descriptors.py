"""Operations on files opened for the occasion, in every mode."""
import errno
import fcntl
import mmap
import os
import stat

from draws import at_directory, is_fifo, on_choice, on_path, path, with_open
from layers import NAMES
from libc import (EMPTY, FOLLOW, KEEP_SIZE, PUNCH_HOLE, ZERO_RANGE, fallocate, linkat)
from view import MODE, brief, show

FLAGS = [(os.O_CREAT, 0.6), (os.O_EXCL, 0.15), (os.O_TRUNC, 0.2), (os.O_APPEND, 0.15),
         (os.O_NOFOLLOW, 0.15), (os.O_DIRECTORY, 0.1), (os.O_PATH, 0.05), (os.O_SYNC, 0.05),
         (os.O_NOATIME, 0.05)]


def some_flags(r):
    flags = r.choice([os.O_RDONLY, os.O_WRONLY, os.O_RDWR])
    for flag, chance in FLAGS:
        if r.random() < chance:
            flags |= flag
    return flags


def draw_open(r, m):
    """Opens in any mode; what fstat says must be what stat says."""
    p, flags, data = path(r, m), some_flags(r), b"%d" % r.randrange(1000)
    mode = r.choice([0o644, 0o600, 0o777, 0o444])

    def use(fd):
        s = os.fstat(fd)
        named = os.stat(p) if not flags & os.O_NOFOLLOW else s
        wrote = os.write(fd, data) if flags & 3 and not flags & os.O_PATH else 0
        return show(s), s.st_ino == named.st_ino, s.st_dev == named.st_dev, wrote
    return (p, flags, oct(mode)), lambda: with_open(p, flags, use, mode)


def draw_openat(r, m):
    p, name, flags = path(r, m), r.choice(NAMES), some_flags(r)

    def use(at):
        fd = os.open(name, flags | os.O_NONBLOCK, 0o640, dir_fd=at)
        try:
            return show(os.fstat(fd))
        finally:
            os.close(fd)
    return (p, name, flags), lambda: at_directory(p, use)


def draw_read(r, m):
    p = path(r, m)
    return (p,), lambda: with_open(p, os.O_RDONLY, lambda fd: brief(os.read(fd, 9000)))


def draw_mmap(r, m):
    def use(fd):
        with mmap.mmap(fd, 0, prot=mmap.PROT_READ) as data:
            return brief(data[:9000])
    p = path(r, m)
    return (p,), lambda: with_open(p, os.O_RDONLY, use)


def draw_mmap_write(r, m):
    """What is written to a shared mapping is in the file."""
    def use(fd):
        with mmap.mmap(fd, 0) as data:
            data[:2] = b"mm"
            data.flush()
        return brief(os.pread(fd, 9000, 0))
    p = path(r, m)
    return (p,), lambda: with_open(p, os.O_RDWR, use)


def draw_tmpfile(r, m):
    """A file without a name that gets one, unless it must not."""
    p, q, exclusive = path(r, m), path(r, m), r.choice([0, 0, 0, os.O_EXCL])
    by_link = r.random() < 0.7

    def use(fd):
        os.write(fd, b"nameless")
        if by_link:
            linkat(f"/proc/self/fd/{fd}", q, FOLLOW)
        else:
            linkat("", q, EMPTY, from_fd=fd)
        return show(os.stat(q))
    return (p, q, exclusive, by_link), lambda: with_open(
        p, os.O_TMPFILE | os.O_RDWR | exclusive, use)


def copied(copy):
    """A file's data written to another by COPY, unless both may be the ends of one fifo."""
    def draw(r, m):
        p, q = path(r, m), path(r, m)

        def use(source):
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            return with_open(q, flags, lambda fd: copy(fd, source))
        return (p, q), lambda: ("fifos" if is_fifo(p) and is_fifo(q)
                                else with_open(p, os.O_RDONLY, use))
    return draw


def copy_range(to, source):
    """
    From one file system to another there is nothing to copy of an empty file, which the kernel's
    overlay says before it looks where the two lie.
    """
    try:
        return os.copy_file_range(source, to, 5000)
    except OSError as e:
        if MODE == "mixed" and e.errno == errno.EXDEV and not os.fstat(source).st_size:
            return 0
        raise


def draw_allocate(r, m):
    p, how = path(r, m), r.choice([0, KEEP_SIZE, KEEP_SIZE | PUNCH_HOLE, ZERO_RANGE])
    at, size = r.choice([0, 100, 4096]), r.choice([50, 8192])

    def use(fd):
        fallocate(fd, how, at, size)
        return show(os.fstat(fd)), brief(os.pread(fd, 20000, 0))
    return (p, how, at, size), lambda: with_open(p, os.O_RDWR, use)


def holes(p):
    """Where the data lies."""
    def use(fd):
        s = os.fstat(fd)
        size, at, found = s.st_size if stat.S_ISREG(s.st_mode) else 0, 0, []
        while at < size:
            try:
                data = os.lseek(fd, at, os.SEEK_DATA)
            except OSError:
                break
            at = os.lseek(fd, data, os.SEEK_HOLE)
            found.append((data, at))
        return found
    return with_open(p, os.O_RDONLY, use)


def path_only(p, flags):
    """What can be done with a descriptor that is but a place."""
    def use(fd):
        link = os.readlink(f"/proc/self/fd/{fd}")
        return show(os.fstat(fd)), link, show(os.stat(f"/proc/self/fd/{fd}"))
    return with_open(p, os.O_PATH | flags, use)


def through_proc(p, flags):
    """Opened once more by the descriptor's own name."""
    def use(fd):
        return with_open(f"/proc/self/fd/{fd}", flags, lambda again: (
            show(os.fstat(again)), os.write(again, b"proc") if flags & 3 else 0))
    return with_open(p, os.O_RDONLY, use)


def lock(p):
    def use(fd):
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB, 5)
    return with_open(p, os.O_RDWR, use)


KINDS = {
    "open": (draw_open, 8),
    "openat": (draw_openat, 2),
    "read": (draw_read, 2),
    "mmap": (draw_mmap, 1),
    "mmap_write": (draw_mmap_write, 0.5),
    "tmpfile": (draw_tmpfile, 1),
    "sendfile": (copied(lambda to, of: os.sendfile(to, of, 0, 5000)), 1),
    "copy_range": (copied(copy_range), 0.5),
    "fallocate": (draw_allocate, 0.5),
    "holes": (on_path(holes), 0.5),
    "path_only": (on_choice([0, os.O_NOFOLLOW, os.O_DIRECTORY], path_only), 1),
    "through_proc": (on_choice([os.O_RDONLY, os.O_RDWR, os.O_WRONLY | os.O_TRUNC], through_proc), 0.5),
    "lock": (on_path(lock), 0.3),
}
