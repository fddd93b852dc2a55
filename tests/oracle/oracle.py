"""
Plays the same random operations on a kernel overlay and under the library, and compares everything:
each result, the merged tree, the uppers, and how each of the two sees what the other left.

    oracle.py LIBRARY FIRST-SEED SEEDS OPERATIONS
    oracle.py LIBRARY SEED 1 OPERATIONS OPERATION,OPERATION,…    some of a seed's operations alone

Of the modes in worlds.py, those that ORACLE_MODES names are played, or all.
"""
import os
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from time import monotonic

import layers
from compare import SCRATCHES, differences
from shrink import shortest
from worlds import LATE, MODES, PYTHON, Area, Namespace, World, modes_possible

# Most of the time a seed waits for the disk, or for a namespace to come and go.
WORKERS = 4 * os.cpu_count()
# So many seeds that differ are looked at closely.
SHOWN = 20


def as_root():
    """Whoever is not root becomes it in a namespace, to see into directories of any mode."""
    become = ["unshare", "-r"]
    if os.geteuid() and not subprocess.run(become + ["true"], capture_output=True).returncode:
        os.execvp(become[0], become + PYTHON + sys.argv)
    return os.geteuid() == 0


def can_mount():
    with tempfile.TemporaryDirectory(prefix="overlain.") as at:
        area = Area([at, at], Namespace, 0)
        layers.plant_all(area.at, area.lowers, 0)
        return not World("kernel", "").run(area, "view.py", area.merged)[1]


def mode_of(seed):
    return MODES[seed % len(MODES)]


class Progress:
    """What was played so far, and what of it differed, by mode."""
    EVERY = 60  # seconds

    def __init__(self, count, operations):
        self.lock, self.began, self.told = Lock(), monotonic(), monotonic()
        self.count, self.operations, self.playing = count, operations, 0
        self.played, self.bad = Counter(), Counter()

    def add(self, mode, seconds, differs):
        with self.lock:
            self.played[mode.name] += 1
            self.bad[mode.name] += differs
            self.playing += seconds
            if monotonic() - self.told > self.EVERY:
                self.told = monotonic()
                print(f"oracle: {self.played.total()} of {self.count} seeds, {self.bad.total()} differ",
                      file=sys.stderr, flush=True)

    def close(self):
        """The summary. How fast it went leaves out the search for shortest replays."""
        for name, seeds in sorted(self.played.items()):
            print(f"oracle: {name}: {seeds} seeds, {seeds * self.operations} operations, "
                  f"{self.bad[name]} seeds differ")
        total = self.played.total() * self.operations
        speed = total / self.playing * WORKERS if self.playing else 0
        print(f"oracle: {self.played.total()} seeds, {total} operations, {self.bad.total()} seeds "
              f"differ ({monotonic() - self.began:.0f} s, {speed:.0f} operations a second)")


def look_closer(library, mode, seed, operations):
    """What a seed that differs is shown by: the fewest operations, and what they give."""
    least = shortest(library, mode, seed, operations)
    numbers = ",".join(map(str, least))
    return [f"differs; replay with\n    {sys.argv[0]} {sys.argv[1]} {seed} 1 {operations} {numbers}",
            *differences(library, mode, seed, operations, least)]


def play(library, seed, operations, only, progress):
    mode, began = mode_of(seed), monotonic()
    lines = differences(library, mode, seed, operations, only)
    progress.add(mode, monotonic() - began, bool(lines))
    if lines and not only and LATE not in "".join(lines) and progress.bad.total() <= SHOWN:
        lines = look_closer(library, mode, seed, operations)
    if lines:
        print("\n".join([f"seed {seed} ({mode.name}):", *lines]), flush=True)


def main():
    library, first, seeds, operations = os.path.abspath(sys.argv[1]), *map(int, sys.argv[2:5])
    only = list(map(int, sys.argv[5].split(","))) if len(sys.argv) > 5 else None
    if not as_root() or not can_mount():
        print("skipped: no comparison with the kernel, overlays cannot be mounted here")
        return 0
    possible = modes_possible(SCRATCHES)
    for mode in MODES:
        if mode not in possible:
            print(f"oracle: left out, not possible here: {mode.name}")
    wanted = os.environ.get("ORACLE_MODES", " ".join(m.name for m in MODES)).split()
    numbers = [s for s in range(first, first + seeds)
               if mode_of(s) in possible and mode_of(s).name in wanted]
    progress = Progress(len(numbers), len(only) if only else operations)
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(lambda s: play(library, s, operations, only, progress), numbers))
    progress.close()
    return bool(progress.bad.total())


if __name__ == "__main__":
    sys.exit(main())
