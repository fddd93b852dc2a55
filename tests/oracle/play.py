"""Plays one seed's operations in merged and prints what each gave, as the json on stdin says."""
import errno
import json
import os
import random
import sys

import attributes
import descriptors
import kept
import names
import reading
import view

KINDS = {**names.KINDS, **attributes.KINDS, **reading.KINDS, **descriptors.KINDS, **kept.KINDS}
# What is seen of the whole tree, every so often.
EVERY = 20


def outcome(call):
    try:
        return call()
    except OSError as e:
        return errno.errorcode.get(e.errno, e.errno)
    except (ValueError, IndexError) as e:
        return str(e)
    finally:
        os.chdir("/")


def main():
    plan = json.load(sys.stdin)
    merged, only = plan["merged"], plan["only"]
    r = random.Random(f"operations {plan['seed']}")
    os.umask(0o022)
    view.know_all(merged, plan["lowers"])
    kinds, weights = list(KINDS), [w for _, w in KINDS.values()]
    for i in range(plan["operations"]):
        name = r.choices(kinds, weights)[0]
        arguments, call = KINDS[name][0](r, merged)
        if only is not None and i not in only:
            continue
        print(i, name, *arguments, "=", outcome(call))
        if i % EVERY == EVERY - 1:
            print(*view.seen(merged), sep="\n")
    print(*view.seen(merged), sep="\n")
    print(*view.identities(merged), sep="\n")


main()
