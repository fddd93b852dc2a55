"""Plays one seed's operations in merged and prints what each gave: play.py SEED COUNT MERGED."""
import errno
import os
import random
import stat
import sys

import descriptors
import names
import view

KINDS = {**names.KINDS, **descriptors.KINDS}
# What is seen of the whole tree, every so often.
EVERY = 20


def note_failed_rename(arguments):
    """The kernel has marked the directory opaque already when its rename fails: see uppers.py."""
    try:
        s = os.lstat(arguments[0])
        if stat.S_ISDIR(s.st_mode):
            print("opaque-excused", s.st_ino, file=sys.stderr)
    except OSError:
        pass


def outcome(name, arguments, call):
    try:
        return call()
    except OSError as e:
        if name.startswith("rename"):
            note_failed_rename(arguments)
        return errno.errorcode.get(e.errno, e.errno)
    except ValueError as e:
        return str(e)
    finally:
        os.chdir("/")


def main():
    seed, count, merged = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    r = random.Random(f"operations {seed}")
    os.umask(0o022)
    kinds, weights = list(KINDS), [w for _, w in KINDS.values()]
    for i in range(count):
        name = r.choices(kinds, weights)[0]
        arguments, call = KINDS[name][0](r, merged)
        print(i, name, *arguments, "=", outcome(name, arguments, call))
        if i % EVERY == EVERY - 1:
            print(*view.seen(merged), sep="\n")
    print(*view.seen(merged), sep="\n")
    print(*view.identities(merged), sep="\n")


main()
