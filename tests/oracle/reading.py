"""Operations that read directories, some while they change."""
import errno
import glob
import os

from draws import at_directory, on_choice, on_path
from layers import NAMES
from libc import Stream
from names import rename
from view import MODE, WORLD, exists, names_in


def has_number(p, number):
    """Unless it cannot be looked at."""
    try:
        return os.lstat(p).st_ino == number
    except PermissionError:
        return True


def scan(p):
    with os.scandir(p) as entries:
        seen = [(e.name, e.is_symlink(), e.is_dir(follow_symlinks=False), e.inode())
                for e in entries]
    known = names_in(p)
    # The kernel's need not agree: see identities() in view.py.
    unasked = WORLD == "kernel" or MODE == "mixed"
    return sorted((n, link, d, unasked or has_number(os.path.join(p, n), i))
                  for n, link, d, i in seen if n in known)


def remove_while_reading(p):
    """Every name is met once although each is gone when the next is read."""
    gone = []
    # By its own name: a link on the way may be among what is removed.
    with os.scandir(os.path.realpath(p)) as entries:
        for e in entries:
            try:
                os.unlink(e.path)
                gone.append(e.name)
            except OSError as error:
                # The kernel lists some that it does not find: see names_in in view.py.
                if WORLD != "kernel" or error.errno != errno.ENOENT:
                    gone.append((e.name, error.errno))
    return sorted(gone, key=str)


def add_while_reading(p, name):
    """What is added may be met or not; what was there is met once."""
    p = os.path.realpath(p)
    before = set(names_in(p))
    met = []
    with Stream(p) as stream:
        while entry := stream.read():
            met.append(entry[0])
            made = os.path.join(p, f"{name}{len(met)}")
            if len(met) < 3 and not exists(made):
                with open(made, "x"):
                    pass
    return sorted(n for n in met if n in before), sorted(names_in(p))


def rename_while_reading(p, name):
    """The same with a name that moves away after the first was read."""
    p = os.path.realpath(p)
    before = set(names_in(p)) - {name, "moved"}
    with Stream(p) as stream:
        met = [stream.read()[0]]
        try:
            rename(os.path.join(p, name), os.path.join(p, "moved"))
        except OSError as e:
            met.append(e.errno)
        met += [n for n, _ in stream.rest()]
    return sorted((n for n in met if n in before or isinstance(n, int)), key=str)


def only(p, entries):
    """Without what is but the kernel's to show: see names_in. Sorted."""
    def there(name):
        return WORLD != "kernel" or name in (".", "..") or exists(os.path.join(p, name))
    return sorted(e for e in entries if there(e if isinstance(e, str) else e[0]))


def rewind(p, name):
    """A stream shows what is there when it is rewound."""
    p = os.path.realpath(p)
    with Stream(p) as stream:
        first = only(p, stream.rest())
        try:
            os.mkdir(os.path.join(p, name + "made"))
            os.rmdir(os.path.join(p, name))
        except OSError:
            pass
        stream.rewind()
        return first, only(p, stream.rest()), stream.read()


def seek(p, back):
    """From a place that was told, the same names follow again."""
    with Stream(p) as stream:
        places = []
        while True:
            place = stream.tell()
            entry = stream.read()
            if not entry:
                break
            places.append((place, entry))
        again = []
        for place, entry in places[::back]:
            stream.seek(place)
            again.append(stream.read() == entry)
        return all(again), len(again) > 0


def inside(call):
    """Above merged lie upper and workdir, where each world has what it needs."""
    return lambda p: call(p) if "/merged" in os.path.realpath(p) else "outside"


def walk(p):
    return [(at, only(at, d), only(at, f)) for at, d, f in sorted(os.walk(p))]


def match(p):
    return sorted(filter(os.path.lexists, glob.glob(p + "/*/*")))


KINDS = {
    "list": (on_path(names_in), 2),
    "listfd": (on_path(lambda p: at_directory(p, names_in)), 1),
    "scandir": (on_path(inside(scan)), 2),
    "walk": (on_path(inside(walk)), 0.5),
    "glob": (on_path(inside(match)), 0.5),
    "fchdir": (on_path(lambda p: (at_directory(p, os.fchdir), os.getcwd())), 0.5),
    "remove_while_reading": (on_path(remove_while_reading), 0.3),
    "add_while_reading": (on_choice(NAMES, add_while_reading), 0.3),
    "rename_while_reading": (on_choice(NAMES, rename_while_reading), 0.3),
    "rewind": (on_choice(NAMES, rewind), 0.5),
    "seek": (on_choice([1, -1, 2, -2], seek), 0.5),
}
