"""
Random layers: everything that can lie in a lower directory. Not whiteouts in the form of attributes,
which the kernel hides in some places and lists in others.
"""
import os
import random
import stat
import struct

NAMES = "abcde"
# What was planted is older than anything a program makes.
PLANTED_BEFORE = 1_420_070_400
ACL_ACCESS, ACL_DEFAULT = "system.posix_acl_access", "system.posix_acl_default"


def acl(owner, named, group, mask, other):
    """The kernel's form of an access control list with one entry for user NAMED."""
    none = 0xffffffff
    entries = [(1, owner, none), (2, mask, named), (4, group, none), (0x10, mask, none),
               (0x20, other, none)]
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *e) for e in entries)


def some_acl(r):
    return acl(7, os.getuid(), r.choice([0, 5]), r.choice([4, 6, 7]), r.choice([0, 4]))


def some_path(r, depths):
    return "/".join(r.choice(NAMES) for _ in range(r.choice(depths)))


def make_directory(r, path, merged):
    os.makedirs(path, exist_ok=True)
    if r.random() < 0.25:
        os.chmod(path, r.choice([0o700, 0o2755, 0o1777, 0o555, 0o750]))


def make_file(r, path, merged):
    with open(path, "x") as f:
        f.write(path[-20:] * r.choice([0, 1, 1, 1, 500]))
    os.chmod(path, r.choice([0o644, 0o600, 0o755, 0o4755, 0o444, 0o2711]))


def make_sparse(r, path, merged):
    with open(path, "x") as f:
        f.seek(200_000)
        f.write("end")


def make_link(r, path, merged):
    os.symlink(r.choice(["a", "d/../b", "b/c", "nowhere", ".", merged + "/c", merged]), path)


def make_whiteout(r, path, merged):
    os.mknod(path, stat.S_IFCHR)


def make_fifo(r, path, merged):
    os.mkfifo(path)


def make_socket(r, path, merged):
    os.mknod(path, stat.S_IFSOCK | 0o755)


def make_opaque(r, path, merged):
    os.makedirs(path, exist_ok=True)
    os.setxattr(path, "user.overlay.opaque", b"y")


def make_hard_link(r, path, merged):
    beside = os.path.join(os.path.dirname(path), r.choice(NAMES))
    if stat.S_ISREG(os.lstat(beside).st_mode):
        os.link(beside, path)


def make_attribute(r, path, merged):
    os.setxattr(path, r.choice(["user.x", "user.y"]), b"from below", follow_symlinks=False)


def make_private(r, path, merged):
    """An attribute of an overlay below, escaped, and one of this overlay's own."""
    key = r.choice(["user.overlay.overlay.y", "user.overlay.nonsense"])
    os.setxattr(path, key, b"from below", follow_symlinks=False)


def make_acl(r, path, merged):
    key = ACL_DEFAULT if os.path.isdir(path) and r.random() < 0.5 else ACL_ACCESS
    os.setxattr(path, key, some_acl(r), follow_symlinks=False)


KINDS = [(make_directory, 6), (make_file, 8), (make_sparse, 1), (make_link, 3), (make_whiteout, 2),
         (make_fifo, 1), (make_socket, 0.5), (make_opaque, 1),
         (make_hard_link, 2), (make_attribute, 1.5), (make_private, 0.5), (make_acl, 1)]


def age(r, root):
    """Gives everything a time of its own, long ago."""
    for at, directories, files in os.walk(root, topdown=False):
        for name in files + directories + ["."]:
            when = r.randrange(900_000_000_000_000_000, 1_400_000_000_000_000_000)
            os.utime(os.path.join(at, name), ns=(when, when), follow_symlinks=False)


def plant(root, r, merged, without):
    """One layer; what cannot stand where chance puts it is left out, and makers that are WITHOUT."""
    os.makedirs(root)
    makers, weights = zip(*[kind for kind in KINDS if kind[0].__name__ not in without])
    for _ in range(r.randrange(8, 24)):
        path = os.path.join(root, some_path(r, [1, 2, 2, 3]))
        make = r.choices(makers, weights)[0]
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            make(r, path, merged)
        except OSError:
            pass
    age(r, root)


def plant_all(area, lowers, seed, without=()):
    """The layers of SEED at LOWERS, the rest in AREA; what has no privileges owns them all."""
    r = random.Random(f"layers {seed}")
    for lower in lowers:
        plant(lower, r, f"{area}/merged", without)
    for name in ("upper", "work", "merged"):
        os.mkdir(f"{area}/{name}")
