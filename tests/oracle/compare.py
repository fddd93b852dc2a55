"""One seed in both worlds, and everything in which they differ."""
import json
import os
import re
import shutil
import tempfile
from difflib import unified_diff

import layers
import uppers
from worlds import Area, World

# Where the layers lie; the second is in memory, so another file system.
SCRATCHES = [tempfile.gettempdir(), "/dev/shm"]


LABEL = re.compile(r"'(?:new|(?:low\d|merged):[^']*)'")


def forgive(kernel, shim):
    """
    The kernel's line, with the shim's names for objects it knows no more by an old number: without
    privileges it remembers them as long as it likes.
    """
    ours = LABEL.findall(shim)
    if LABEL.sub("", kernel) != LABEL.sub("", shim):
        return kernel
    theirs = iter(LABEL.findall(kernel))
    return LABEL.sub(lambda m: ours.pop(0) if next(theirs) == "'new'" else (ours.pop(0), m[0])[1],
                     kernel)


def difference(what, a, b):
    """At most a few lines of how two texts differ."""
    if a == b:
        return []
    a, b = a.splitlines(), b.splitlines()
    if len(a) == len(b):
        a = [k if k == s else forgive(k, s) for k, s in zip(a, b)]
    lines = unified_diff(a, b, "kernel", "shim", lineterm="", n=0)
    shown = [line[:300] for line in list(lines)[:12]]
    return shown and [f"{what}:"] + shown


def play(world, other, area, operations, only):
    """One world's run from planting to the other's look at what is left."""
    layers.plant_all(area.at, area.lowers, area.seed, area.mode.without)
    before = [uppers.exact(lower) for lower in area.lowers]
    plan = {"seed": area.seed, "operations": operations, "only": only, "merged": area.merged,
            "lowers": area.lowers}
    out, err = world.run(area, "play.py", text=json.dumps(plan))
    faults = [f"{world.name}: {line}" for line in err.splitlines()]
    if before != [uppers.exact(lower) for lower in area.lowers]:
        faults.append(f"{world.name}: a lower has changed")
    half_made = os.path.join(area.work, "work")
    if world.name == "shim" and os.listdir(half_made):
        faults.append(f"left in workdir: {os.listdir(half_made)}")
    upper = uppers.describe(area.upper)
    views = [w.run(area, "view.py", area.merged, *area.lowers)[0] for w in (world, other)]
    return out, upper, views, faults


def clear(places):
    for place in places:
        shutil.rmtree(place)
        os.mkdir(place)


def differences(library, mode, seed, operations, only=None):
    kernel, shim = World("kernel", library), World("shim", library)
    with (tempfile.TemporaryDirectory(prefix="overlain.", dir=SCRATCHES[0]) as first,
          tempfile.TemporaryDirectory(prefix="overlain.", dir=SCRATCHES[1]) as second):
        places = [f"{first}/area", f"{second}/area"]
        for place in places:
            os.mkdir(place)
            # Not everybody's, yet to be searched by the one without privileges.
            os.chmod(os.path.dirname(place), 0o755)
        results = []
        for world, other in ((kernel, shim), (shim, kernel)):
            area = Area(places, mode, seed)
            results.append(play(world, other, area, operations, only))
            if world is kernel:
                clear(places)
        (k_out, k_upper, k_views, k_faults), (s_out, s_upper, s_views, s_faults) = results
        found = k_faults + s_faults + difference("results", k_out, s_out)
        if mode.name == "moved":
            found += difference("the shim's upper as the kernel sees it", *s_views)
        else:
            found += list(uppers.compare(k_upper, s_upper, area.lowers))[:12]
            found += difference("the kernel's upper as the shim sees it", *k_views)
            found += difference("the shim's upper as the kernel sees it", s_views[1], s_views[0])
        clear(places)
    if found and only:
        found = [line[:200] for line in s_out.splitlines() if line[:1].isdigit()][:40] + found
    return found
