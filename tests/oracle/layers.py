"""Random layers: everything that can lie in a lower directory."""
import os
import random
import stat

NAMES = "abcde"
# What was planted is older than anything a program makes.
PLANTED_BEFORE = 1_420_070_400


def some_path(r, depths):
    return "/".join(r.choice(NAMES) for _ in range(r.choice(depths)))


def make_directory(r, path, merged):
    os.makedirs(path, exist_ok=True)
    if r.random() < 0.2:
        os.chmod(path, r.choice([0o700, 0o2755, 0o1777]))


def make_file(r, path, merged):
    with open(path, "x") as f:
        f.write(path[-20:] * r.choice([1, 1, 1, 500]))
    os.chmod(path, r.choice([0o644, 0o600, 0o755, 0o4755]))


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


def make_opaque(r, path, merged):
    os.makedirs(path, exist_ok=True)
    os.setxattr(path, "user.overlay.opaque", b"y")


def make_hard_link(r, path, merged):
    beside = os.path.join(os.path.dirname(path), r.choice(NAMES))
    if stat.S_ISREG(os.lstat(beside).st_mode):
        os.link(beside, path)


def make_attribute(r, path, merged):
    os.setxattr(path, r.choice(["user.x", "user.y"]), b"from below", follow_symlinks=False)


KINDS = [(make_directory, 6), (make_file, 8), (make_sparse, 1), (make_link, 3), (make_whiteout, 2),
         (make_fifo, 1), (make_opaque, 1), (make_hard_link, 2), (make_attribute, 2)]


def plant(root, r, merged):
    """One layer; what cannot stand where chance puts it is left out."""
    os.makedirs(root)
    makers, weights = zip(*KINDS)
    for _ in range(r.randrange(8, 24)):
        path = os.path.join(root, some_path(r, [1, 2, 2, 3]))
        make = r.choices(makers, weights)[0]
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            make(r, path, merged)
        except OSError:
            pass
    for at, directories, files in os.walk(root, topdown=False):
        for name in files + directories + ["."]:
            when = r.randrange(900_000_000_000_000_000, 1_400_000_000_000_000_000)
            os.utime(os.path.join(at, name), ns=(when, when), follow_symlinks=False)


def plant_all(area, seed, count):
    r = random.Random(f"layers {seed}")
    for i in range(count):
        plant(f"{area}/low{i}", r, f"{area}/merged")
    for name in ("upper", "work", "merged"):
        os.mkdir(f"{area}/{name}")
