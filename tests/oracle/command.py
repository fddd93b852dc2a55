"""
What the command says and does about uppers that random operations left: diff names what differs between
the layers below and merged, no more and no less, and commit makes of the layers below what merged was.

    command.py OVERLAIN LIBRARY FIRST-SEED SEEDS OPERATIONS
    command.py --tree ROOT                                      what stands there, a line each
"""
import hashlib
import json
import os
import stat
import subprocess
import sys
import tempfile

import layers
from worlds import Area, Mode, World


class Here(Mode):
    """No namespace: the library alone, as whoever calls."""
    name, enter = "here", []
    # The target is a plain tree, where escaped names would not be names of the overlay's; and of marked
    # whiteouts in a directory that one lower alone has, listings show names, like the kernel's.
    without = ("make_private", "make_marked_whiteout")


def content(path, s):
    if stat.S_ISLNK(s.st_mode):
        return os.readlink(path)
    if not stat.S_ISREG(s.st_mode):
        return str(s.st_rdev)
    with open(path, "rb") as f:
        return hashlib.md5(f.read()).hexdigest()


def attributes(path, layer):
    """As merged shows them, or would show those of a LAYER."""
    found = []
    for stored in sorted(os.listxattr(path, follow_symlinks=False)):
        name = stored.replace("user.overlay.overlay.", "user.overlay.") if layer else stored
        if not layer or name != stored or not name.startswith("user.overlay."):
            found.append([name, os.getxattr(path, stored, follow_symlinks=False).hex()])
    return found


def tree(root, layer=False):
    """
    By path: what makes an object what it is, and when it was changed last. What is written to a fifo
    changes its time where it lies.
    """
    found = {}
    for at, directories, files in os.walk(root):
        for name in directories + files:
            path = os.path.join(at, name)
            s = os.lstat(path)
            what = [oct(s.st_mode), s.st_uid, s.st_gid, content(path, s), attributes(path, layer)]
            when = 0 if stat.S_ISFIFO(s.st_mode) else s.st_mtime_ns
            found["/" + os.path.relpath(path, root)] = [what, when]
    return found


class Case:
    """One seed's layers, and the command working on them."""

    def __init__(self, overlain, library, at, seed):
        self.overlain, self.area = overlain, Area([at, at], Here, seed)
        self.world = World("shim", library)
        layers.plant_all(self.area.at, self.area.lowers, seed, Here.without)
        self.options = ["-o", f"lowerdir={':'.join(self.area.lowers)}"]

    def call(self, *arguments):
        return subprocess.run([self.overlain, *arguments], check=True, capture_output=True,
                              text=True, errors="surrogateescape").stdout

    def merged(self, options, *command):
        return self.call("run", *options, self.area.merged, "--", *command)

    def seen(self, options):
        me = os.path.abspath(__file__)
        return json.loads(self.merged(options, sys.executable, "-B", me, "--tree", self.area.merged))

    def play(self, operations):
        plan = {"seed": self.area.seed, "operations": operations, "only": None,
                "merged": self.area.merged, "lowers": self.area.lowers}
        self.world.run(self.area, "play.py", text=json.dumps(plan))


def below(path, directories):
    return any(path == d or path.startswith(d + "/") for d in directories)


def differences_of(before, after, lines):
    """What is wrong with the LINES of diff."""
    paths = [os.fsencode(line[2:]) for line in lines]
    if paths != sorted(paths):
        yield "diff is not sorted"
    added, changed, deleted = ({line[2:] for line in lines if line[0] == k} for k in "ACD")
    left = {p for p in before if not below(p, deleted)} | added
    for path in left ^ set(after):
        yield f"diff leads to {path}, or not: wrongly"
    for path in set(before) & set(after):
        if path in added or below(path, deleted):
            continue
        # A fifo may have another time, of which tree() says nothing.
        mode = int(after[path][0][0], 8)
        if stat.S_ISFIFO(mode) and before[path] == after[path]:
            continue
        directory = stat.S_ISDIR(mode)
        differs = before[path][0] != after[path][0] if directory else before[path] != after[path]
        if differs != (path in changed):
            yield f"diff and {path}: {before[path]} {after[path]}"


def faults(overlain, library, seed, operations):
    with tempfile.TemporaryDirectory(prefix="overlain.") as at:
        case = Case(overlain, library, f"{at}/area", seed)
        os.chmod(at, 0o755)
        before, target = case.seen(case.options), f"{at}/target"
        case.merged(case.options, "cp", "-a", case.area.merged + "/.", target)
        case.play(operations)
        case.options[1] += f",upperdir={case.area.upper},workdir={case.area.work}"
        after = case.seen(case.options)
        lines = case.call("diff", *case.options).splitlines()
        yield from differences_of(before, after, lines)
        if not lines:
            return  # at most a directory has other times, and that alone is nothing to commit
        case.call("commit", "-y", *case.options, case.area.merged, target)
        made = tree(target, layer=True)
        for path in sorted(set(made) | set(after)):
            if made.get(path) != after.get(path):
                yield f"commit and {path}: {made.get(path)} {after.get(path)}"


def main():
    if sys.argv[1] == "--tree":
        print(json.dumps(tree(sys.argv[2])))
        return 0
    overlain, library = map(os.path.abspath, sys.argv[1:3])
    first, seeds, operations = map(int, sys.argv[3:6])
    bad = 0
    for seed in range(first, first + seeds):
        found = list(faults(overlain, library, seed, operations))
        bad += bool(found)
        for line in found[:12]:
            print(f"seed {seed}: {line[:300]}", flush=True)
    print(f"command: {seeds} seeds, {seeds * operations} operations, {bad} seeds differ")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
