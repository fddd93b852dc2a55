"""
Plays the same random operations on a kernel overlay and under the library, and compares everything:
each result, the merged tree, the uppers, and how each of the two sees what the other left.

    oracle.py LIBRARY FIRST-SEED SEEDS OPERATIONS
    oracle.py LIBRARY SEED 1 OPERATIONS OPERATION,OPERATION,…    some of a seed's operations alone
"""
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import layers
from compare import SCRATCHES, differences
from shrink import shortest
from worlds import LATE, MODES, PYTHON, Area, Namespace, World, modes_possible


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


def report(library, mode, seed, operations):
    """What a seed that differs is shown by."""
    least = shortest(library, mode, seed, operations)
    numbers = ",".join(map(str, least))
    print(f"seed {seed} ({mode.name}): differs; replay with\n"
          f"    {sys.argv[0]} {sys.argv[1]} {seed} 1 {operations} {numbers}")
    print(*differences(library, mode, seed, operations, least), sep="\n", flush=True)


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
    numbers = [s for s in range(first, first + seeds) if mode_of(s) in possible]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda s: differences(library, mode_of(s), s, operations, only), numbers)
        bad = [(s, f) for s, f in zip(numbers, found) if f]
    for seed, lines in bad:
        if only or LATE in "".join(lines):
            print(f"seed {seed} ({mode_of(seed).name}):", *lines, sep="\n")
        else:
            report(library, mode_of(seed), seed, operations)
    count = len(numbers) * (len(only) if only else operations)
    print(f"oracle: {len(numbers)} seeds, {count} operations, {len(bad)} seeds differ")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
