"""What operations are made of. Each draws what it needs from R and gives its text and what does it."""
import os
import stat

from layers import NAMES, some_path


def path(r, m):
    """A path into merged, now and then oddly spelled."""
    p = f"{m}/{some_path(r, [1, 1, 2, 2, 3])}"
    odd = r.random()
    if odd < 0.05:
        return p + "/"
    if odd < 0.07:
        return p + "/.."
    if odd < 0.08:
        return p + "/."
    if odd < 0.10:
        return p.replace("/merged/", "/merged/./")
    if odd < 0.12:
        return p.replace("/merged/", "/merged/../merged//")
    if odd < 0.123:
        return m
    return p


def is_fifo(p):
    """The two ends of one do not find each other where it was copied up in between."""
    return os.path.exists(p) and stat.S_ISFIFO(os.stat(p).st_mode)


def on_path(call):
    """An operation that is one call on one path."""
    def draw(r, m):
        p = path(r, m)
        return (p,), lambda: call(p)
    return draw


def on_choice(choices, call):
    """The same with one more argument, one of CHOICES."""
    def draw(r, m):
        p, x = path(r, m), r.choice(choices)
        return (p, x), lambda: call(p, x)
    return draw


def on_choices(first, second, call):
    def draw(r, m):
        p, x, y = path(r, m), r.choice(first), r.choice(second)
        return (p, x, y), lambda: call(p, x, y)
    return draw


def on_pair(call, choices=(0,)):
    def draw(r, m):
        a, b, x = path(r, m), path(r, m), r.choice(choices)
        return (a, b, x), lambda: call(a, b, x)
    return draw


def with_open(p, flags, call, mode=0o644):
    fd = os.open(p, flags | os.O_NONBLOCK, mode)
    try:
        return call(fd)
    finally:
        os.close(fd)


def at_directory(p, call):
    return with_open(p, os.O_RDONLY | os.O_DIRECTORY, call)


def named_at(call, choices=(0,)):
    """A call by a name within an open directory."""
    def draw(r, m):
        p, name, x = path(r, m), r.choice(NAMES), r.choice(choices)
        return (p, name, x), lambda: at_directory(p, lambda fd: call(name, fd, x))
    return draw


def paired_at(call):
    """A call by two names within two open directories."""
    def draw(r, m):
        p, q, a, b = path(r, m), path(r, m), r.choice(NAMES), r.choice(NAMES)
        return (p, a, q, b), lambda: at_directory(p, lambda fd: at_directory(
            q, lambda to: call(a, b, fd, to)))
    return draw


def attempts(calls):
    """What each of CALLS gives, whatever became of those before it."""
    found = []
    for call in calls:
        try:
            found.append(call())
        except OSError as e:
            found.append(e.errno)
    return found
