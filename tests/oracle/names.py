"""Operations on names."""
import errno
import os
import shutil
import socket
import stat

from draws import attempts, named_at, on_choice, on_pair, on_path, paired_at, path
from layers import NAMES
from libc import (EXCHANGE, FOLLOW, NOFOLLOW, NOREPLACE, WHITEOUT, linkat, renameat2, statx)
from view import MODE, WORLD, in_upper, names_in, show

RENAMES = [NOREPLACE, EXCHANGE, EXCHANGE, WHITEOUT, NOREPLACE | EXCHANGE, WHITEOUT | EXCHANGE, 8]


def rename(a, b, **at):
    """
    Where what moves is in the upper, or directories move, the kernel leaves it to the file system to
    find a directory in the way full, which has touched the source's parent by then if it was to leave
    a whiteout there.
    """
    try:
        os.rename(a, b, **at)
    except OSError as e:
        if WORLD == "kernel" and e.errno == errno.ESTALE:
            return  # as renameat2 in libc.py says
        start = f"/proc/self/fd/{at['src_dir_fd']}" if at else ""
        moves = MODE == "moved" or os.path.lexists(in_upper(os.path.join(start, a)))
        if moves and e.errno == errno.ENOTEMPTY:
            os.utime(os.path.dirname(a.rstrip("/")) or ".", dir_fd=at.get("src_dir_fd"))
        raise


def chdir(p, name):
    """The directory as the working directory, seen from within."""
    os.chdir(p)
    return attempts([os.getcwd, lambda: show(os.lstat(name)), lambda: names_in("."),
                     lambda: names_in(".."), lambda: os.path.realpath(name), os.getcwd])


def chdir_make(p, name):
    """Names made and changed from within."""
    os.chdir(p)
    return attempts([lambda: os.mkdir(name), lambda: rename(name, "../e"),
                     lambda: os.symlink("../a", name), lambda: os.link("../b", "c"),
                     lambda: os.unlink("../d"), lambda: show(os.stat("."))])


def chdir_removed(p, name):
    """A working directory that is gone."""
    os.chdir(p)
    os.rmdir(p)
    return attempts([os.getcwd, lambda: os.mkdir(name), lambda: os.lstat(name),
                     lambda: os.listdir("."), lambda: os.mknod(name), lambda: os.chdir(".."),
                     lambda: rename(name, "a"), lambda: os.symlink("a", name)])


def chdir_moved(p, q):
    """A working directory that goes somewhere else."""
    os.chdir(p)
    rename(p, q)
    return attempts([os.getcwd, lambda: names_in("."), lambda: os.mkdir("a"),
                     lambda: show(os.lstat(".."))])


def draw_symlink(r, m):
    p = path(r, m)
    target = r.choice(["a", "d/../b", "b/c", "nowhere", ".", "e/", m + "/a", m + "/b/c", m, "c"])
    return (target, p), lambda: os.symlink(target, p)


def bind(p):
    """A socket's name, which may be no longer than 107 bytes."""
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(p)
    return show(os.lstat(p))


def draw_umask(r, m):
    mask = r.choice([0o022, 0o022, 0o077, 0, 0o027])
    return (oct(mask),), lambda: os.umask(mask)


def draw_statx(r, m):
    p, flags = path(r, m), r.choice([0, NOFOLLOW, 0x2000, 0x4000, 0x6000, 0x800])

    def use():
        mode, links, ino, device, uid, gid = statx(p, flags)
        s = os.stat(p, follow_symlinks=not flags & NOFOLLOW)
        return (mode, links if not stat.S_ISDIR(mode) else "", uid, gid,
                (ino, device, mode, links) == (s.st_ino, s.st_dev, s.st_mode, s.st_nlink))
    return (p, flags), use


def remove_tree(p):
    failed, p = [], os.path.realpath(p)
    if "/merged" not in p:
        return "outside"  # the layers are there, for both
    if not os.path.isdir(p):
        return "no directory"  # shutil would open a fifo, and wait
    shutil.rmtree(p, onerror=lambda *e: failed.append(e[2][1].errno))
    # The kernel lists some that it does not find: see names_in in view.py.
    return sorted(e for e in failed if WORLD != "kernel" or e != errno.ENOENT)


def copy_tree(a, b, _):
    """Everything below A, to a new directory B."""
    if (os.path.realpath(b) + "/").startswith(os.path.realpath(a) + "/"):
        return "into itself"
    if sum(len(d) + len(f) for _, d, f in os.walk(a)) > 25:
        return "too many"

    def copy(source, target):
        # What cannot be read without waiting is left out.
        if stat.S_ISREG(os.stat(source).st_mode):
            shutil.copyfile(source, target)
    try:
        shutil.copytree(a, b, symlinks=True, copy_function=copy)
        return []
    except shutil.Error as error:
        # The kernel lists some that it does not find: see names_in in view.py.
        failed = [str(e[2])[:10] for e in error.args[0]]
        return sorted(e for e in failed if WORLD != "kernel" or "Errno 2]" not in e)


def replace(p, data):
    """The way editors save: a new file put in the old one's place."""
    with open(p + "~", "x") as f:
        f.write(data)
    try:
        os.replace(p + "~", p)
    except OSError:
        os.unlink(p + "~")
        raise


KINDS = {
    "stat": (on_path(lambda p: show(os.stat(p))), 2),
    "lstat": (on_path(lambda p: show(os.lstat(p))), 2),
    "statx": (draw_statx, 1),
    "mkdir": (on_choice([0o755, 0o700, 0o2755, 0o1777, 0o711, 0o555], os.mkdir), 5),
    "makedirs": (on_path(lambda p: os.makedirs(p, exist_ok=True)), 1),
    "rmdir": (on_path(os.rmdir), 2),
    "unlink": (on_path(os.unlink), 4),
    "remove_tree": (on_path(remove_tree), 0.5),
    "copy_tree": (on_pair(copy_tree), 0.5),
    "replace": (on_choice(["new", "newer and longer"], replace), 1),
    "rename": (on_pair(lambda a, b, _: rename(a, b)), 6),
    "renameat2": (on_pair(renameat2, RENAMES), 3),
    "renameat": (paired_at(lambda a, b, fd, to: rename(a, b, src_dir_fd=fd, dst_dir_fd=to)), 1),
    "link": (on_pair(linkat, [0, 0, FOLLOW]), 2),
    "linkat": (paired_at(lambda a, b, fd, to: os.link(a, b, src_dir_fd=fd, dst_dir_fd=to)), 1),
    "symlink": (draw_symlink, 2),
    "readlink": (on_path(os.readlink), 1),
    "realpath": (on_path(os.path.realpath), 1),
    "mkfifo": (on_path(os.mkfifo), 0.5),
    "mknod": (on_choice([stat.S_IFREG | 0o600, stat.S_IFSOCK | 0o755, stat.S_IFCHR,
                         stat.S_IFIFO | 0o666, stat.S_IFDIR | 0o755, 0o640], os.mknod), 1),
    "mknod_device": (on_choice([stat.S_IFCHR | 0o600, stat.S_IFBLK | 0o644],
                               lambda p, m: os.mknod(p, m, os.makedev(1, 3))), 0.5),
    "bind": (on_path(bind), 0.5),
    "umask": (draw_umask, 0.3),
    "chdir": (on_choice(NAMES, chdir), 1),
    "chdir_make": (on_choice(NAMES, chdir_make), 1),
    "chdir_removed": (on_choice(NAMES, chdir_removed), 0.5),
    "chdir_moved": (on_pair(lambda p, q, _: chdir_moved(p, q)), 0.5),
    "statvfs": (on_path(lambda p: (os.statvfs(p).f_namemax, os.pathconf(p, "PC_NAME_MAX"))), 0.3),
    "fstatat": (named_at(lambda n, fd, follow: show(os.stat(n, dir_fd=fd, follow_symlinks=follow)),
                         (True, False)), 1),
    "unlinkat": (named_at(lambda n, fd, _: os.unlink(n, dir_fd=fd)), 1),
    "rmdirat": (named_at(lambda n, fd, _: os.rmdir(n, dir_fd=fd)), 1),
    "mkdirat": (named_at(lambda n, fd, mode: os.mkdir(n, mode, dir_fd=fd), (0o755, 0o2700)), 1),
    "mknodat": (named_at(lambda n, fd, _: os.mknod(n, 0o600, dir_fd=fd)), 0.5),
    "mkfifoat": (named_at(lambda n, fd, _: os.mkfifo(n, dir_fd=fd)), 0.5),
    "symlinkat": (named_at(lambda n, fd, _: os.symlink("a", n, dir_fd=fd)), 0.5),
    "readlinkat": (named_at(lambda n, fd, _: os.readlink(n, dir_fd=fd)), 0.5),
}
