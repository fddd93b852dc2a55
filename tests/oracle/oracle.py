"""
Plays the same random operations on a kernel overlay and under the library, and compares everything:
each result, the merged tree, the uppers, and how each of the two sees what the other left.

    oracle.py LIBRARY FIRST-SEED SEEDS OPERATIONS
"""
import os
import shutil
import subprocess
import sys
import tempfile
from difflib import unified_diff

import layers
import uppers

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = [sys.executable, "-B", "-S"]
DEADLINE = 60
MOUNT = 'mount -t overlay overlay -o "$0" "$1" && shift && exec "$@"'


class World:
    """Both worlds stand at one path, one after the other, so that all texts are alike."""

    def __init__(self, name, library):
        self.name, self.library = name, library

    def run(self, area, count, script, *arguments):
        command = PYTHON + [f"{HERE}/{script}", *arguments]
        lowers = ":".join(f"{area}/low{i}" for i in range(count))
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "ORACLE_WORLD": self.name}
        if self.name == "kernel":
            options = f"userxattr,lowerdir={lowers},upperdir={area}/upper,workdir={area}/work"
            command = ["sh", "-c", MOUNT, options, f"{area}/merged"] + command
        else:
            # The kernel gives EXDEV for directories of a lower; so does the library when told to.
            settings = [f"LD_PRELOAD={self.library}", f"OVERLAIN_MERGED={area}/merged",
                        f"OVERLAIN_LOWERDIR={lowers}", f"OVERLAIN_UPPERDIR={area}/upper",
                        f"OVERLAIN_WORKDIR={area}/work", "OVERLAIN_OPTIONS=redirect_dir=off"]
            command = ["env"] + settings + command
        try:
            done = subprocess.run(["unshare", "-rm"] + command, env=environment, cwd="/",
                                  stdin=subprocess.DEVNULL, capture_output=True, timeout=DEADLINE)
        except subprocess.TimeoutExpired as late:
            return (late.stdout or b"").decode(errors="replace"), "did not end in time"
        return done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")


def difference(what, a, b):
    """At most a few lines of how two texts differ."""
    if a == b:
        return []
    lines = unified_diff(a.splitlines(), b.splitlines(), "kernel", "shim", lineterm="", n=0)
    return [f"{what}:"] + [line[:300] for line in list(lines)[:12]]


def play(world, other, area, seed, count, operations):
    """One world's run from planting to the other's look at what is left."""
    layers.plant_all(area, seed, count)
    before = [uppers.exact(f"{area}/low{i}") for i in range(count)]
    out, err = world.run(area, count, "play.py", str(seed), str(operations), f"{area}/merged")
    complaints = [line for line in err.splitlines() if not line.startswith("opaque-excused")]
    faults = [f"{world.name}: {line}" for line in complaints]
    if before != [uppers.exact(f"{area}/low{i}") for i in range(count)]:
        faults.append(f"{world.name}: a lower has changed")
    if world.name == "shim" and os.listdir(os.path.join(area, "work", "work")):
        faults.append(f"left in workdir: {os.listdir(os.path.join(area, 'work', 'work'))}")
    excused = {int(line.split()[1]) for line in err.splitlines() if line not in complaints}
    upper = uppers.describe(f"{area}/upper")
    views = [w.run(area, count, "view.py", f"{area}/merged")[0] for w in (world, other)]
    return out, upper, excused, views, faults


def differences(library, seed, operations):
    count = 1 + seed % 3
    kernel, shim = World("kernel", library), World("shim", library)
    with tempfile.TemporaryDirectory(prefix="overlain.") as scratch:
        area = f"{scratch}/area"
        results = []
        for world, other in ((kernel, shim), (shim, kernel)):
            results.append(play(world, other, area, seed, count, operations))
            subprocess.run(["chmod", "-R", "u+rwx", area], check=False)
            shutil.rmtree(area)
    (k_out, k_upper, excused, k_views, k_faults), (s_out, s_upper, _, s_views, s_faults) = results
    found = k_faults + s_faults + difference("results", k_out, s_out)
    last = [line for line in s_out.splitlines() if line[:1].isdigit()][-1:]
    found += list(uppers.compare(k_upper, s_upper, excused))[:12]
    found += difference("the kernel's upper as the shim sees it", *k_views)
    found += difference("the shim's upper as the kernel sees it", s_views[1], s_views[0])
    return found and last + found


def shortest(library, seed, operations):
    """The least number of operations that still shows a difference."""
    good, bad = 0, operations
    while bad - good > 1:
        middle = (good + bad) // 2
        if differences(library, seed, middle):
            bad = middle
        else:
            good = middle
    return bad


def as_root():
    """Whoever is not root becomes it in a namespace, to see into directories of any mode."""
    become = ["unshare", "-r"]
    if os.geteuid() and not subprocess.run(become + ["true"], capture_output=True).returncode:
        os.execvp(become[0], become + PYTHON + sys.argv)
    return os.geteuid() == 0


def can_mount():
    with tempfile.TemporaryDirectory(prefix="overlain.") as area:
        layers.plant_all(f"{area}/area", 0, 1)
        return not World("kernel", "").run(f"{area}/area", 1, "view.py", f"{area}/area/merged")[1]


def main():
    library, first, seeds, operations = os.path.abspath(sys.argv[1]), *map(int, sys.argv[2:5])
    if not as_root() or not can_mount():
        print("skipped: no comparison with the kernel, overlays cannot be mounted here")
        return 0
    failed = 0
    for seed in range(first, first + seeds):
        if not differences(library, seed, operations):
            continue
        failed += 1
        least = shortest(library, seed, operations)
        print(f"seed {seed}: differs; replay with {sys.argv[0]} {sys.argv[1]} {seed} 1 {least}")
        print(*differences(library, seed, least), sep="\n")
    print(f"oracle: {seeds} seeds, {seeds * operations} operations, {failed} seeds differ")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
