"""Operations on names. Each draws what it needs from R and gives its text and what does it."""
import ctypes
import os
import stat

from layers import NAMES, some_path
from view import names_in, show

libc = ctypes.CDLL(None, use_errno=True)
KEYS = ["user.x", "user.y", "user.overlay.y", "user.overlay.opaque", "user.overlay."]
NOREPLACE, EXCHANGE, WHITEOUT = 1, 2, 4
FOLLOW = 0x400


def path(r, m):
    """A path into merged, now and then oddly spelled."""
    p = f"{m}/{some_path(r, [1, 1, 2, 2, 3])}"
    odd = r.random()
    if odd < 0.05:
        return p + "/"
    if odd < 0.08:
        return p + "/.."
    if odd < 0.10:
        return p.replace("/merged/", "/merged/./")
    if odd < 0.12:
        return p.replace("/merged/", "/merged/../merged//")
    return p


def check(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "")
    return result


def renameat2(a, b, flags):
    return check(libc.renameat2(-100, a.encode(), -100, b.encode(), flags))


def linkat(a, b, flags):
    return check(libc.linkat(-100, a.encode(), -100, b.encode(), flags))


def on_path(call):
    """An operation that is one call on one path."""
    def draw(r, m):
        p = path(r, m)
        return (p,), lambda: call(p)
    return draw


def on_choice(choices, call):
    """The same with one more argument, one of CHOICES."""
    def draw(r, m):
        p, x = path(r, m), r.choice(choices)
        return (p, x), lambda: call(p, x)
    return draw


def on_pair(call, choices=(0,)):
    def draw(r, m):
        a, b, x = path(r, m), path(r, m), r.choice(choices)
        return (a, b, x), lambda: call(a, b, x)
    return draw


def scan(p):
    with os.scandir(p) as entries:
        seen = [(e.name, e.is_symlink(), e.is_dir(follow_symlinks=False), e.inode())
                for e in entries]
    known = names_in(p)
    return sorted((n, link, d, i == os.lstat(os.path.join(p, n)).st_ino)
                  for n, link, d, i in seen if n in known)


def remove_while_reading(p):
    """Every name is met once although each is gone when the next is read."""
    gone = []
    # By its own name: a link on the way may be among what is removed.
    with os.scandir(os.path.realpath(p)) as entries:
        for e in entries:
            try:
                os.unlink(e.path)
                gone.append(e.name)
            except OSError as error:
                if error.errno != 2:
                    gone.append((e.name, error.errno))
    return sorted(gone, key=str)


def utime(p, follow):
    os.utime(p, ns=(1, 2_000_000_003), follow_symlinks=follow)
    return show(os.stat(p, follow_symlinks=follow))


def chdir(p, name):
    """The directory as the working directory, seen from within."""
    os.chdir(p)
    found = [os.getcwd()]
    for call in (lambda: show(os.lstat(name)), lambda: names_in("."), lambda: names_in(".."),
                 lambda: os.path.realpath(name), lambda: os.getcwd()):
        try:
            found.append(call())
        except OSError as e:
            found.append(e.errno)
    return found


def chdir_removed(p, name):
    """A working directory that is gone."""
    os.chdir(p)
    os.rmdir(p)
    found = []
    for call in (os.getcwd, lambda: os.mkdir(name), lambda: os.lstat(name),
                 lambda: os.listdir("."), lambda: os.mknod(name)):
        try:
            found.append(str(call()))
        except OSError as e:
            found.append(e.errno)
    return found


def draw_symlink(r, m):
    p = path(r, m)
    target = r.choice(["a", "d/../b", "b/c", "nowhere", ".", m + "/a", m + "/b/c", m])
    return (target, p), lambda: os.symlink(target, p)


def access_of(p, mode):
    return os.access(p, mode)


def at_directory(p, call):
    fd = os.open(p, os.O_RDONLY | os.O_DIRECTORY)
    try:
        return call(fd)
    finally:
        os.close(fd)


def named_at(call):
    """A call by a name within an open directory."""
    def draw(r, m):
        p, name = path(r, m), r.choice(NAMES)
        return (p, name), lambda: at_directory(p, lambda fd: call(name, fd))
    return draw


def set_with(flags, **how):
    return lambda p, k: os.setxattr(p, k, b"set", flags, **how)


KINDS = {
    "stat": (on_path(lambda p: show(os.stat(p))), 2),
    "lstat": (on_path(lambda p: show(os.lstat(p))), 2),
    "list": (on_path(names_in), 2),
    "scandir": (on_path(scan), 2),
    "remove_while_reading": (on_path(remove_while_reading), 0.3),
    "mkdir": (on_choice([0o755, 0o700, 0o2755, 0o1777], os.mkdir), 4),
    "rmdir": (on_path(os.rmdir), 2),
    "unlink": (on_path(os.unlink), 4),
    "rename": (on_pair(lambda a, b, _: os.rename(a, b)), 6),
    "renameat2": (on_pair(renameat2, [NOREPLACE, EXCHANGE, EXCHANGE, WHITEOUT,
                                      NOREPLACE | EXCHANGE]), 3),
    "link": (on_pair(linkat, [0, 0, FOLLOW]), 2),
    "symlink": (draw_symlink, 2),
    "readlink": (on_path(os.readlink), 1),
    "realpath": (on_path(os.path.realpath), 1),
    "access": (on_choice([os.R_OK, os.W_OK, os.X_OK, os.F_OK], access_of), 1),
    "chmod": (on_choice([0o600, 0o755, 0o4755, 0o1777], os.chmod), 1),
    "chown": (on_choice([-1, 0], lambda p, u: os.chown(p, u, u)), 1),
    "lchown": (on_choice([-1, 0], lambda p, u: os.lchown(p, u, u)), 1),
    "truncate": (on_choice([0, 3, 5000], os.truncate), 1),
    "utime": (on_choice([True, False], utime), 1),
    "mkfifo": (on_path(os.mkfifo), 0.5),
    "mknod": (on_choice([stat.S_IFREG | 0o600, stat.S_IFSOCK | 0o755, stat.S_IFCHR],
                        lambda p, m: os.mknod(p, m)), 1),
    "setxattr": (on_choice(KEYS, set_with(0)), 1),
    "lsetxattr": (on_choice(KEYS, set_with(0, follow_symlinks=False)), 0.5),
    "setxattr_create": (on_choice(KEYS, set_with(os.XATTR_CREATE)), 0.5),
    "setxattr_replace": (on_choice(KEYS, set_with(os.XATTR_REPLACE)), 0.5),
    "getxattr": (on_choice(KEYS, os.getxattr), 1),
    "listxattr": (on_path(lambda p: sorted(os.listxattr(p))), 1),
    "removexattr": (on_choice(KEYS, os.removexattr), 1),
    "chdir": (on_choice(NAMES, chdir), 1),
    "chdir_removed": (on_choice(NAMES, chdir_removed), 0.5),
    "statvfs": (on_path(lambda p: os.statvfs(p).f_namemax), 0.3),
    "fstatat": (named_at(lambda n, fd: show(os.stat(n, dir_fd=fd, follow_symlinks=False))), 1),
    "unlinkat": (named_at(lambda n, fd: os.unlink(n, dir_fd=fd)), 1),
    "rmdirat": (named_at(lambda n, fd: os.rmdir(n, dir_fd=fd)), 1),
    "mkdirat": (named_at(lambda n, fd: os.mkdir(n, dir_fd=fd)), 1),
    "symlinkat": (named_at(lambda n, fd: os.symlink("a", n, dir_fd=fd)), 0.5),
    "readlinkat": (named_at(lambda n, fd: os.readlink(n, dir_fd=fd)), 0.5),
    "chmodat": (named_at(lambda n, fd: os.chmod(n, 0o640, dir_fd=fd)), 0.5),
    "utimensat": (named_at(lambda n, fd: os.utime(n, ns=(1, 2), dir_fd=fd)), 0.5),
    "accessat": (named_at(lambda n, fd: os.access(n, os.W_OK, dir_fd=fd)), 0.5),
    "listfd": (on_path(lambda p: at_directory(p, names_in)), 1),
    "fchdir": (on_path(lambda p: (at_directory(p, os.fchdir), os.getcwd())), 0.5),
}
