"""What lies in a layer on disk, and the few ways in which the kernel's upper may differ."""
import os
import stat

import layers
import view

MARKS = "user.overlay."
ORIGIN, IMPURE, OPAQUE = MARKS + "origin", MARKS + "impure", MARKS + "opaque"


def describe(root):
    """Path by path: (fields, attributes, content)."""
    found = {}
    for rel in view.walk(root):
        path = os.path.join(root, rel)
        s = os.lstat(path)
        marks = view.attributes(path)
        marks = dict(marks) if isinstance(marks, list) else {}
        # Handles differ from tree to tree, and a mount notes its uuid at the root.
        if ORIGIN in marks:
            marks[ORIGIN] = handle_form(marks[ORIGIN])
        marks.pop(MARKS + "uuid", None)
        # The library's own, which the kernel passes over.
        marks.pop(MARKS + "overlain.ino", None)
        fields = view.show(s)
        # The kernel makes one whiteout and gives it many names.
        if stat.S_ISCHR(s.st_mode) and s.st_rdev == 0:
            fields = "whiteout"
            # The library makes it in place, where it inherits what nobody reads.
            marks.pop(layers.ACL_ACCESS, None)
        found[rel] = (fields, marks, view.content(path, s.st_mode))
    return found


def handle_form(origin):
    """What of an origin does not depend on the object: the header, and the length."""
    return origin[:21], len(origin)


NO_HANDLE = handle_form(b"")


def depth(rel):
    return rel.count("/")


def holds_origin(upper, directory):
    return any(ORIGIN in marks for rel, (_, marks, _) in upper.items()
               if rel.startswith(directory + "/") and depth(rel) == depth(directory) + 1)


def hides(rel, shim, lowers):
    """True where "opaque" would hide something: a lower has a directory there, and is not hidden."""
    above = [rel[:i] for i, c in enumerate(rel) if c == "/"]
    if any(OPAQUE in shim[at][1] for at in above):
        return False
    for at in above[1:] + [rel]:
        lowers = directories_at(at, lowers)
    return bool(lowers)


def directories_at(rel, lowers):
    """Those of LOWERS, the topmost first, whose directory is seen there."""
    found = []
    for lower in lowers:
        path = f"{lower}/{rel}"
        if not os.path.lexists(path):
            continue
        if os.path.islink(path) or not os.path.isdir(path):
            break
        found.append(lower)
        if OPAQUE in os.listxattr(path):
            break
    return found


def excuse(rel, kernel, shim, lowers):
    """
    The marks of both without those that one of them may have alone: "opaque" on a directory whose
    rename failed after it was marked, where there is nothing below to be hidden, and "impure"
    without an entry that would need it, which a moved symlink or a failed rename leaves. Where a
    hard link brought such an entry the library alone says so. An origin's handle the kernel notes
    for root alone, and leaves it empty for others.
    """
    marks, other = dict(kernel[rel][1]), dict(shim[rel][1])
    if marks.get(ORIGIN) == NO_HANDLE and ORIGIN in other:
        marks[ORIGIN] = other[ORIGIN]
    if IMPURE in other and holds_origin(shim, rel):
        marks[IMPURE] = other[IMPURE]
    if not hides(rel, shim, lowers):
        marks.pop(OPAQUE, None)
        other.pop(OPAQUE, None)
    if not holds_origin(shim, rel) and not holds_origin(kernel, rel):
        marks.pop(IMPURE, None)
        other.pop(IMPURE, None)
    return marks, other


def compare(kernel, shim, lowers):
    """The lines in which the uppers differ."""
    for rel in sorted(kernel.keys() | shim.keys()):
        if rel not in kernel or rel not in shim:
            yield f"upper {rel}: in the {'shim' if rel in shim else 'kernel'}'s only"
            continue
        theirs, ours = list(kernel[rel]), list(shim[rel])
        theirs[1], ours[1] = excuse(rel, kernel, shim, lowers)
        if theirs != ours:
            yield f"upper {rel}: kernel {theirs[0]} {theirs[1]} {theirs[2]!r:.60}"
            yield f"upper {rel}: shim   {ours[0]} {ours[1]} {ours[2]!r:.60}"


def exact(root):
    """
    A lower to the last bit that can be seen without changing it. Who reads a hole by a mapping fills
    it where files lie in memory.
    """
    lines, in_memory = [], os.stat(root).st_dev == os.stat("/dev/shm").st_dev
    for rel in view.walk(root):
        path = os.path.join(root, rel)
        s = os.lstat(path)
        regular = stat.S_ISREG(s.st_mode)
        times = () if stat.S_ISFIFO(s.st_mode) else (s.st_mtime_ns, s.st_ctime_ns)
        lines.append((rel, s.st_mode, s.st_ino, s.st_nlink, s.st_size,
                      0 if in_memory else s.st_blocks, s.st_uid, times, view.attributes(path),
                      view.content(path, s.st_mode) if regular else ""))
    return lines
