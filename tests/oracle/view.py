"""What a program sees of a tree, and what lies on disk; both as lists of lines."""
import os
import stat
import sys
import zlib

from layers import PLANTED_BEFORE

# The inode numbers of planted objects, and what to call them: see know().
known = {}
WORLD, MODE = os.environ.get("ORACLE_WORLD"), os.environ.get("ORACLE_MODE")


def know(root, name):
    """
    From now on what lies below ROOT has a name by which it is known wherever it shows, whatever it
    is called then. Inode numbers of lowers stay taken, so they tell.
    """
    for rel in walk(root):
        known.setdefault(os.lstat(os.path.join(root, rel)).st_ino, f"{name}:{rel}")


def know_all(merged, lowers):
    """
    On several file systems numbers mean nothing by themselves: then those are taken that merged
    shows at first.
    """
    if MODE == "mixed":
        know(merged, "merged")
        return
    for i, lower in enumerate(lowers):
        know(lower, f"low{i}")


def age(ns):
    """Planted times exactly; of younger ones only that they are."""
    return ns if ns < PLANTED_BEFORE * 1_000_000_000 else "young"


def links(s):
    """A directory that was copied up whole counts those below it, a merged one does not."""
    return "some" if MODE == "moved" and stat.S_ISDIR(s.st_mode) else s.st_nlink


def identity(s):
    """
    Who it is, of files and directories. Of symlinks and the like that were copied up the kernel
    knows it as long as it is mounted, from memory; of a file with several names it gives two
    numbers; and where nobody may read nobody may be told.
    """
    only = stat.S_ISREG(s.st_mode) and s.st_nlink == 1 and s.st_mode & 0o400
    tells = stat.S_ISDIR(s.st_mode) or only
    return known.get(s.st_ino, "new") if tells else "any"


def show(s):
    """
    The fields of a stat that two worlds must agree on. What is written to a fifo changes its time
    where it lies, and a lower's fifo is passed through: only the kernel hides that.
    """
    directory, fifo = stat.S_ISDIR(s.st_mode), stat.S_ISFIFO(s.st_mode)
    return (oct(s.st_mode), 0 if directory else s.st_size, links(s), s.st_uid, s.st_gid,
            s.st_rdev, "any" if fifo else age(s.st_mtime_ns), identity(s))


def attributes(path):
    try:
        names = sorted(os.listxattr(path, follow_symlinks=False))
        return [(n, os.getxattr(path, n, follow_symlinks=False)) for n in names]
    except OSError as e:
        return e.errno


def brief(data):
    """Long contents by their sum."""
    return data if len(data) < 100 else (data[:20], len(data), zlib.crc32(data))


def content(path, mode):
    try:
        if stat.S_ISREG(mode):
            with open(path, "rb") as f:
                return brief(f.read())
        return os.readlink(path) if stat.S_ISLNK(mode) else ""
    except OSError as e:
        return e.errno


def names_in(path):
    """
    The names of a directory. The kernel shows the 0/0 devices of a directory that one lower alone
    has by name, though stat then says ENOENT; nobody else may.
    """
    at = path if isinstance(path, int) else None
    # What cannot be looked at may be one of those.
    if not os.access(path if at is None else ".", os.X_OK, dir_fd=at):
        with os.scandir(path) as entries:
            return sorted(e.name for e in entries if e.is_symlink() or e.is_dir(
                follow_symlinks=False) or e.is_file(follow_symlinks=False))
    names = sorted(os.listdir(path))
    if WORLD != "kernel":
        return names
    return [n for n in names if exists(n if at is not None else os.path.join(path, n), at)]


def exists(path, dir_fd=None):
    try:
        os.stat(path, dir_fd=dir_fd, follow_symlinks=False)
    except FileNotFoundError:
        return False
    except OSError:
        pass
    return True


def in_upper(path):
    """Where the upper has what stands at PATH in merged, if it has it."""
    path = path.rstrip("/")
    at = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
    return at.replace("/merged/", "/upper/", 1)


def walk(root, rel="."):
    """Every name below ROOT that can be reached, in order."""
    yield rel
    path = os.path.join(root, rel)
    try:
        names = names_in(path) if stat.S_ISDIR(os.lstat(path).st_mode) else []
    except OSError:
        return
    for name in names:
        yield from walk(root, f"{rel}/{name}")


def seen(root):
    """The merged tree."""
    for rel in walk(root):
        path = os.path.join(root, rel)
        try:
            s = os.lstat(path)
            yield f"{rel} {show(s)} {attributes(path)} {content(path, s.st_mode)!r}"
        except OSError as e:
            yield f"{rel} {e.errno}"


def identities(root):
    """
    The names where readdir and stat disagree, or where two objects would be taken for one. The
    kernel is not asked with several file systems, nor where directories moved: there they do; and
    not for the first, which a directory that is kept open remembers from before a copy-up.
    """
    if WORLD == "kernel" and MODE in ("mixed", "moved"):
        return
    met, device = {}, os.lstat(root).st_dev
    for at, _, _ in os.walk(root):
        with os.scandir(at) as entries:
            for e in entries:
                try:
                    s = os.lstat(e.path)
                except OSError:
                    continue
                if e.inode() != s.st_ino and WORLD != "kernel":
                    yield "readdir and stat disagree: " + e.path
                if s.st_dev != device:
                    yield "another device: " + e.path
                count = met.setdefault(s.st_ino, [s.st_nlink, 0])
                count[1] += 1
                if count[1] > max(1, s.st_nlink):
                    yield "one number for two: " + e.path


def main():
    merged, lowers = sys.argv[1], sys.argv[2:]
    # Only root's kernel remembers in the upper who was who.
    if MODE == "root":
        know_all(merged, lowers)
    print(*seen(merged), sep="\n")
    print(*identities(merged), sep="\n")


if __name__ == "__main__":
    main()
