"""What the overlay costs: ratios to a bare directory, medians of interleaved rounds.

bench.py BUILD [--rounds N] [--only TEXT]: prints a table and leaves it in BUILD/bench as Markdown and as a picture.
"""
import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time

import picture
import workloads
import worlds


def measure(row, world, layers, upper):
    plain = row.bare and not isinstance(world, worlds.Overlay)
    if world.laid != (layers, upper):
        world.fresh(layers, upper)
    world.laid = (layers, upper) if plain or not row.changes else None
    argv = row.bare if plain else row.argv
    return world.run(*[word.replace("{root}", world.root) for word in argv])


def measure_row(row, area, here, rounds):
    """Per world its times, round by round in turn; a world that fails is left out of this row."""
    layers, upper = workloads.plant(area, row)
    times = {world.name: [] for world in here}
    failed = set()
    for _ in range(rounds):
        for world in here:
            if world.name in failed:
                continue
            try:
                times[world.name].append(measure(row, world, layers, upper))
            except RuntimeError as error:
                print(f"{row.label}, {world.name}: left out: {error}", file=sys.stderr, flush=True)
                failed.add(world.name)
    return {name: list(of) for name, of in times.items() if name not in failed}


def ratio(times, bare):
    """Median ratio round by round, and the quarter above and below it."""
    ratios = sorted(a / b for a, b in zip(times, bare))
    quarter = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else [ratios[0]] * 3
    return quarter[1], (quarter[2] - quarter[0]) / 2


def short(number):
    return f"{number:.2f}" if number < 10 else f"{number:.1f}" if number < 100 else f"{number:.0f}"


def human(ns):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("us", 1e3)):
        if ns >= size:
            return f"{ns / size:.3g} {unit}"
    return f"{ns:.0f} ns"


def line(row, times, others):
    cells = [ratio(times[name], times["bare"]) if name in times else None for name in others]
    cells = [f"{short(cell[0])} ± {short(cell[1])}" if cell else "-" for cell in cells]
    return f"| {row.label} | {human(statistics.median(times['bare']))} | {' | '.join(cells)} |"


def table(area, build, rounds, only):
    """The lines of the table, as they come."""
    here = list(worlds.usable(area, build))
    others = [world.name for world in here if world.name != "bare"]
    yield f"| work | bare | {' | '.join(others)} |"
    yield "|---" * (len(others) + 2) + "|"
    for row in workloads.rows():
        if only not in row.label:
            continue
        if not row.possible():
            print(f"{row.label}: left out: there is no {row.needs}", flush=True)
            continue
        times = measure_row(row, area, here, rounds)
        if "bare" in times:
            yield line(row, times, others)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="")
    args = parser.parse_args()
    build = os.path.abspath(args.build)
    area = tempfile.mkdtemp(prefix="overlain-bench-")
    start, lines = time.monotonic(), []
    try:
        for text in table(area, build, args.rounds, args.only):
            print(text, flush=True)
            lines.append(text)
    finally:
        shutil.rmtree(area, ignore_errors=True)
    os.makedirs(f"{build}/bench", exist_ok=True)
    with open(f"{build}/bench/bench.md", "w") as out:
        out.write("\n".join(lines) + "\n")
    with open(f"{build}/bench/bench.svg", "w") as out:
        out.write(picture.draw(*picture.read(lines)))
    minutes = (time.monotonic() - start) / 60
    print(f"written to {build}/bench/bench.md and {build}/bench/bench.svg, after {minutes:.1f} minutes")


main()
