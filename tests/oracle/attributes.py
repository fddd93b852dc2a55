"""Operations on what is kept about an object: mode, owner, times, extended attributes, ACLs."""
import errno
import os
import stat

from draws import named_at, on_choice, on_choices, on_path, path
from layers import ACL_ACCESS, ACL_DEFAULT, some_acl
from libc import NOFOLLOW, fchownat, utimensat
from view import MODE, in_upper, show

# Where redirects are on "user.overlay." means nothing to the kernel.
KEYS = ["user.x", "user.y", "user.overlay.y", "user.overlay.opaque", "user.",
        "trusted.x", "security.x", "system.x", "nonsense", ""]
if MODE != "moved":
    KEYS.append("user.overlay.")
MODES = [0o600, 0o755, 0o4755, 0o1777, 0o444, 0o555, 0, 0o2711]
OWNERS = [-1, 0, 1, 1000]
NOW, OMIT = (1 << 30) - 1, (1 << 30) - 2


def utime(p, follow):
    os.utime(p, ns=(1, 2_000_000_003), follow_symlinks=follow)
    return show(os.stat(p, follow_symlinks=follow))


def chmod(p, mode):
    """
    What a user without privileges cannot read he cannot copy up, though the kernel can for him. And
    where merged itself cannot be searched there is nothing more to compare.
    """
    if MODE == "user":
        mode |= 0o500 if os.path.realpath(p).endswith("/merged") else 0o400
    os.chmod(p, mode)


def draw_times(r, m):
    """Every way to leave one of the two alone, or to ask for what cannot be."""
    p, flags = path(r, m), r.choice([0, NOFOLLOW, 0x800])
    pairs = [(r.choice([5, 0]), r.choice([7, 0, NOW, OMIT, 1_000_000_000])) for _ in "am"]
    return (p, pairs, flags), lambda: utimensat(p, pairs, flags)


def set_with(flags, **how):
    return lambda p, k, value: os.setxattr(p, k, value, flags, **how)


def draw_acl(r, m):
    p, key = path(r, m), r.choice([ACL_ACCESS, ACL_DEFAULT])
    value = r.choice([b"no list", b"\2\0\0\0"] + [some_acl(r)] * 3)

    def use():
        os.setxattr(p, key, value)
        return show(os.stat(p)), os.getxattr(p, key)
    return (p, key, value), use


def draw_chown(r, m):
    p, uid, gid, flags = path(r, m), r.choice(OWNERS), r.choice(OWNERS), r.choice([0, NOFOLLOW, 1])
    return (p, uid, gid, flags), lambda: fchownat(p, uid, gid, flags)


def remove_acl(p, key):
    """
    That there is none the kernel says of what lies in a lower, and the upper's file system does not.
    What moved with its directory is still in a lower for the kernel, and a copy for the library.
    """
    try:
        os.removexattr(p, key)
    except OSError as e:
        if MODE != "moved" or e.errno != errno.ENODATA:
            raise


def access(p, mode, **how):
    """
    Two names of one object, the second given to a lower's, the kernel takes for two, and what was
    changed by one of them does not count for the other.
    """
    return "several names" if was_linked(p, how.get("dir_fd")) else os.access(p, mode, **how)


def was_linked(p, dir_fd):
    """Whether it has several names in the upper, and came from a lower."""
    try:
        s = os.stat(p, dir_fd=dir_fd)
        start = "" if dir_fd is None else os.readlink(f"/proc/self/fd/{dir_fd}")
        marks = os.listxattr(in_upper(os.path.realpath(os.path.join(start, p))))
        return stat.S_ISREG(s.st_mode) and s.st_nlink > 1 and any(
            mark.endswith(".overlay.origin") for mark in marks)
    except OSError:
        return False


def faccessat(name, fd, mode):
    return access(name, mode, dir_fd=fd, effective_ids=True)


VALUES = [b"set", b"", b"longer" * 20]

KINDS = {
    "access": (on_choice([os.R_OK, os.W_OK, os.X_OK, os.F_OK], access), 1),
    "faccessat": (named_at(faccessat, (os.R_OK, os.W_OK, os.X_OK)), 0.5),
    "chmod": (on_choice(MODES, chmod), 2),
    "fchmodat": (named_at(lambda n, fd, mode: os.chmod(n, mode, dir_fd=fd), (0o640, 0o711)), 0.5),
    "chown": (on_choice(OWNERS, lambda p, u: os.chown(p, u, u)), 1),
    "lchown": (on_choice(OWNERS, lambda p, u: os.lchown(p, u, u)), 1),
    "fchownat": (draw_chown, 1),
    "utime": (on_choice([True, False], utime), 1),
    "utimensat": (draw_times, 1),
    "utimensat_at": (named_at(lambda n, fd, _: os.utime(n, ns=(1, 2), dir_fd=fd)), 0.5),
    "truncate": (on_choice([0, 3, 5000, 1 << 20, -1], os.truncate), 1),
    "setxattr": (on_choices(KEYS, VALUES, set_with(0)), 1),
    "lsetxattr": (on_choices(KEYS, VALUES, set_with(0, follow_symlinks=False)), 0.5),
    "setxattr_create": (on_choices(KEYS, VALUES, set_with(os.XATTR_CREATE)), 0.5),
    "setxattr_replace": (on_choices(KEYS, VALUES, set_with(os.XATTR_REPLACE)), 0.5),
    "getxattr": (on_choice(KEYS, os.getxattr), 1),
    "lgetxattr": (on_choice(KEYS, lambda p, k: os.getxattr(p, k, follow_symlinks=False)), 0.5),
    "listxattr": (on_path(lambda p: sorted(os.listxattr(p))), 1),
    "llistxattr": (on_path(lambda p: sorted(os.listxattr(p, follow_symlinks=False))), 0.5),
    "removexattr": (on_choice(KEYS, os.removexattr), 1),
    "lremovexattr": (on_choice(KEYS, lambda p, k: os.removexattr(p, k, follow_symlinks=False)), 0.5),
    "set_acl": (draw_acl, 1),
    "get_acl": (on_choice([ACL_ACCESS, ACL_DEFAULT], os.getxattr), 0.5),
    "remove_acl": (on_choice([ACL_ACCESS, ACL_DEFAULT], remove_acl), 0.5),
}
