"""One seed in both worlds, and everything in which they differ."""
import json
import os
import shutil
import subprocess
import tempfile
from difflib import unified_diff

import layers
import uppers
from worlds import Area, World

# Where the layers lie; the second is in memory, so another file system.
SCRATCHES = [tempfile.gettempdir(), "/dev/shm"]


def difference(what, a, b):
    """At most a few lines of how two texts differ."""
    if a == b:
        return []
    lines = unified_diff(a.splitlines(), b.splitlines(), "kernel", "shim", lineterm="", n=0)
    return [f"{what}:"] + [line[:300] for line in list(lines)[:12]]


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
        subprocess.run(["chmod", "-R", "u+rwx", place], check=False)
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
