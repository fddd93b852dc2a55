"""What a program sees of a tree, and what lies on disk; both as lists of lines."""
import os
import stat
import sys

from layers import PLANTED_BEFORE


def age(ns):
    """Planted times exactly; of younger ones only that they are."""
    return ns if ns < PLANTED_BEFORE * 1_000_000_000 else "young"


def show(s):
    """
    The fields of a stat that two worlds must agree on. What is written to a fifo changes its time
    where it lies, and a lower's fifo is passed through: only the kernel hides that.
    """
    directory, fifo = stat.S_ISDIR(s.st_mode), stat.S_ISFIFO(s.st_mode)
    return (oct(s.st_mode), 0 if directory else s.st_size, s.st_nlink, s.st_uid, s.st_gid,
            "any" if fifo else age(s.st_mtime_ns))


def attributes(path):
    try:
        names = sorted(os.listxattr(path, follow_symlinks=False))
        return [(n, os.getxattr(path, n, follow_symlinks=False)) for n in names]
    except OSError as e:
        return e.errno


def content(path, mode):
    if stat.S_ISREG(mode):
        with open(path, "rb") as f:
            return f.read()
    return os.readlink(path) if stat.S_ISLNK(mode) else ""


def names_in(path):
    """
    The names of a directory. The kernel shows the 0/0 devices of a directory that one lower alone
    has by name, though stat then says ENOENT; nobody else may.
    """
    names = sorted(os.listdir(path))
    if os.environ.get("ORACLE_WORLD") != "kernel":
        return names
    at = path if isinstance(path, int) else None
    return [n for n in names if exists(n if at is not None else os.path.join(path, n), at)]


def exists(path, dir_fd=None):
    try:
        os.stat(path, dir_fd=dir_fd, follow_symlinks=False)
    except FileNotFoundError:
        return False
    except OSError:
        pass
    return True


def walk(root, rel="."):
    """Every name below ROOT, in order."""
    yield rel
    path = os.path.join(root, rel)
    if stat.S_ISDIR(os.lstat(path).st_mode):
        for name in names_in(path):
            yield from walk(root, f"{rel}/{name}")


def seen(root):
    """The merged tree."""
    for rel in walk(root):
        path = os.path.join(root, rel)
        s = os.lstat(path)
        yield f"{rel} {show(s)} {attributes(path)} {content(path, s.st_mode)!r}"


def identities(root):
    """Whether readdir and stat agree, everywhere: the names where they do not."""
    for at, _, _ in os.walk(root):
        with os.scandir(at) as entries:
            for e in entries:
                if exists(e.path) and e.inode() != os.lstat(e.path).st_ino:
                    yield e.path


if __name__ == "__main__":
    for line in seen(sys.argv[1]):
        print(line)
    for name in identities(sys.argv[1]):
        print("readdir and stat disagree:", name)
