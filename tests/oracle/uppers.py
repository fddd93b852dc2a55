"""What lies in a layer on disk, and the few ways in which the kernel's upper may differ."""
import os
import stat

import view

MARKS = "user.overlay."
ORIGIN, IMPURE, OPAQUE = MARKS + "origin", MARKS + "impure", MARKS + "opaque"


def describe(root):
    """Path by path: (fields, attributes, content, inode number)."""
    found = {}
    for rel in view.walk(root):
        path = os.path.join(root, rel)
        s = os.lstat(path)
        marks = view.attributes(path)
        marks = dict(marks) if isinstance(marks, list) else {}
        # Handles differ from tree to tree, and a mount notes its uuid at the root.
        if ORIGIN in marks:
            marks[ORIGIN] = b"*"
        marks.pop(MARKS + "uuid", None)
        fields = view.show(s) + (s.st_rdev,)
        # The kernel makes one whiteout and gives it many names.
        if stat.S_ISCHR(s.st_mode) and s.st_rdev == 0:
            fields = "whiteout"
        found[rel] = (fields, marks, view.content(path, s.st_mode), s.st_ino)
    return found


def holds_origin(upper, directory):
    depth = directory.count("/") + 1
    return any(ORIGIN in marks for rel, (_, marks, _, _) in upper.items()
               if rel.startswith(directory + "/") and rel.count("/") == depth)


def excuse(rel, kernel, shim, excused):
    """
    Drops from the kernel's marks those it may have alone: "opaque" on a directory whose rename
    failed after it was marked, and "impure" without an entry that would need it, which a moved
    symlink leaves since its origin is known in memory only. Where a hard link brought such an entry
    the library alone says so.
    """
    marks, other = dict(kernel[rel][1]), shim[rel][1]
    if IMPURE in other and holds_origin(shim, rel):
        marks[IMPURE] = other[IMPURE]
    if OPAQUE not in other and kernel[rel][3] in excused:
        marks.pop(OPAQUE, None)
    if IMPURE not in other and not holds_origin(shim, rel):
        marks.pop(IMPURE, None)
    return marks


def compare(kernel, shim, excused):
    """The lines in which the uppers differ."""
    for rel in sorted(kernel.keys() | shim.keys()):
        if rel not in kernel or rel not in shim:
            yield f"upper {rel}: in the {'shim' if rel in shim else 'kernel'}'s only"
            continue
        ours, theirs = shim[rel], kernel[rel]
        marks = excuse(rel, kernel, shim, excused)
        if (theirs[0], marks, theirs[2]) != (ours[0], ours[1], ours[2]):
            yield f"upper {rel}: kernel {theirs[0]} {marks} {theirs[2]!r:.60}"
            yield f"upper {rel}: shim   {ours[0]} {ours[1]} {ours[2]!r:.60}"


def exact(root):
    """A lower to the last bit that can be seen without changing it."""
    lines = []
    for rel in view.walk(root):
        path = os.path.join(root, rel)
        s = os.lstat(path)
        regular = stat.S_ISREG(s.st_mode)
        times = () if stat.S_ISFIFO(s.st_mode) else (s.st_mtime_ns, s.st_ctime_ns)
        lines.append((rel, s.st_mode, s.st_ino, s.st_nlink, s.st_size, times,
                      view.attributes(path), view.content(path, s.st_mode) if regular else ""))
    return lines
