"""gives_up.py HOW NAME: gives up what it may open, and makes NAME, which it never asked for before."""
import ctypes
import os
import resource
import sys

NOBODY = 65534


def user(name):
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    os.mkdir(name)


def user_by_number(name):
    """As those do that want one thread alone to be another."""
    numbers = {"x86_64": (116, 119, 117), "aarch64": (159, 149, 147)}[os.uname().machine]
    groups, group, own = numbers
    libc = ctypes.CDLL(None)
    libc.syscall(groups, 0, 0)
    libc.syscall(group, NOBODY, NOBODY, NOBODY)
    libc.syscall(own, NOBODY, NOBODY, NOBODY)
    os.mkdir(name)


def descriptors(name):
    """All it may have are open, until it is told that it has none."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    taken = []
    try:
        while True:
            taken.append(os.dup(0))
    except OSError:
        pass
    try:
        os.mkdir(name)
    except OSError as error:
        print(error.strerror)
    os.close(taken[0])
    os.mkdir(name)


{"user": user, "user_by_number": user_by_number, "descriptors": descriptors}[sys.argv[1]](sys.argv[2])
