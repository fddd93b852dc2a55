"""gives_up_search.py HOW DIR: is at home in DIR, which is private, and then nobody; says what it may do there."""
import ctypes
import os
import sys

NOBODY = 65534
BUSY = 40  # often enough for any way to be kept open


def for_good():
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def to_open_files():
    """The user IDs stay what they are."""
    libc = ctypes.CDLL(None)
    libc.setfsgid(NOBODY)
    libc.setfsuid(NOBODY)


def told(call, *arguments):
    try:
        call(*arguments)
        print(call.__name__, "done")
    except OSError as error:
        print(call.__name__, error.strerror)


how, private = sys.argv[1:]
inner = private + "/inner"
os.makedirs(inner)
os.chmod(inner, 0o777)
os.chmod(private, 0o700)
for i in range(BUSY):
    open(f"{inner}/{i}", "w").close()
    os.chmod(f"{inner}/{i}", 0o666)
    os.stat(f"{inner}/{i % 2}")
{"for_good": for_good, "to_open_files": to_open_files}[how]()
told(os.stat, f"{inner}/0")
told(os.access, f"{inner}/0", os.R_OK)
told(os.utime, f"{inner}/0", (1, 1))
told(os.chmod, f"{inner}/0", 0o600)
told(os.unlink, f"{inner}/1")
told(os.mkdir, f"{inner}/new")
