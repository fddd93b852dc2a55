"""The calls of libc that python has no name for, or hides behind another."""
import ctypes
import errno
import os

from view import WORLD, in_upper

libc = ctypes.CDLL(None, use_errno=True)
for name, kind in (("opendir", ctypes.c_void_p), ("fdopendir", ctypes.c_void_p),
                   ("readdir64", ctypes.c_void_p), ("telldir", ctypes.c_long),
                   ("copy_file_range", ctypes.c_ssize_t)):
    getattr(libc, name).restype = kind

CWD = -100
NOREPLACE, EXCHANGE, WHITEOUT = 1, 2, 4
NOFOLLOW, FOLLOW, EMPTY = 0x100, 0x400, 0x1000
KEEP_SIZE, PUNCH_HOLE, ZERO_RANGE = 1, 2, 16


def check(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "")
    return result


def renameat2(a, b, flags, from_fd=CWD, to_fd=CWD):
    """
    Two names of one object, the second given to a lower's, the kernel takes for two objects with
    numbers of their own, and then will not move one to the other, nor leave a whiteout: ESTALE, and
    EINVAL. rename(2): nothing is to be done.
    """
    result = libc.renameat2(from_fd, a.encode(), to_fd, b.encode(), flags)
    error = ctypes.get_errno() if result < 0 and WORLD == "kernel" else 0
    one = error == errno.EINVAL and flags == WHITEOUT and is_one(a, b)
    return 0 if one or error == errno.ESTALE else check(result)


def is_one(a, b):
    """Whether two names in merged are one object's in the upper."""
    found = [in_upper(a), in_upper(b)]
    return all(map(os.path.lexists, found)) and os.path.samestat(*map(os.lstat, found))


def linkat(a, b, flags, from_fd=CWD, to_fd=CWD):
    return check(libc.linkat(from_fd, a.encode(), to_fd, b.encode(), flags))


def fchownat(p, uid, gid, flags, dir_fd=CWD):
    return check(libc.fchownat(dir_fd, p.encode(), uid, gid, flags))


def fallocate(fd, how, at, size):
    return check(libc.fallocate(fd, how, ctypes.c_long(at), ctypes.c_long(size)))


class Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


def utimensat(p, pairs, flags, dir_fd=CWD):
    times = (Timespec * 2)(*(Timespec(*pair) for pair in pairs))
    return check(libc.utimensat(dir_fd, p.encode(), times, flags))


class Statx(ctypes.Structure):
    """struct statx up to stx_dev_minor."""
    _fields_ = [("mask", ctypes.c_uint32), ("blksize", ctypes.c_uint32),
                ("attributes", ctypes.c_uint64), ("nlink", ctypes.c_uint32),
                ("uid", ctypes.c_uint32), ("gid", ctypes.c_uint32), ("mode", ctypes.c_uint16),
                ("spare", ctypes.c_uint16), ("ino", ctypes.c_uint64), ("size", ctypes.c_uint64),
                ("blocks", ctypes.c_uint64), ("known", ctypes.c_uint64),
                ("times", ctypes.c_uint64 * 8), ("rdev_major", ctypes.c_uint32),
                ("rdev_minor", ctypes.c_uint32), ("dev_major", ctypes.c_uint32),
                ("dev_minor", ctypes.c_uint32), ("rest", ctypes.c_uint64 * 16)]


def statx(p, flags, dir_fd=CWD):
    """As much of a stat result as statx gives: mode, links, numbers."""
    s = Statx()
    check(libc.statx(dir_fd, p.encode(), flags, 0x7ff, ctypes.byref(s)))
    return s.mode, s.nlink, s.ino, os.makedev(s.dev_major, s.dev_minor), s.uid, s.gid


class Entry(ctypes.Structure):
    """struct dirent64."""
    _fields_ = [("ino", ctypes.c_uint64), ("off", ctypes.c_int64), ("reclen", ctypes.c_uint16),
                ("type", ctypes.c_uint8), ("name", ctypes.c_char * 256)]


class Stream:
    """A DIR."""

    def __init__(self, p):
        self.at = libc.opendir(p.encode())
        if not self.at:
            check(-1)
        self.at = ctypes.c_void_p(self.at)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        libc.closedir(self.at)

    def read(self):
        """The next name and its type; None at the end."""
        ctypes.set_errno(0)
        entry = libc.readdir64(self.at)
        if not entry:
            return check(-1) if ctypes.get_errno() else None
        entry = ctypes.cast(entry, ctypes.POINTER(Entry)).contents
        return entry.name.decode(), entry.type

    def rest(self):
        found = []
        while entry := self.read():
            found.append(entry)
        return found

    def tell(self):
        return libc.telldir(self.at)

    def seek(self, place):
        libc.seekdir(self.at, ctypes.c_long(place))

    def rewind(self):
        libc.rewinddir(self.at)
