"""strangers.py OVERLAIN: processes of an overlay that root set up tell each other of changes, while a user whom nobody
let in does what he can to their workdir. Run by root in a directory with low/, up/own/ (everybody's), work/ and merged/.
Prints how many answers were right, and what was not."""

import os
import subprocess
import sys

GUEST, STRANGER = 65534, 1
RUN = [sys.argv[1], "run", "-o", "lowerdir=low,upperdir=up,workdir=work", "merged", "--"]

# Makes, drops and sees names; gives up root first where that is asked.
RESIDENT = """
import os, sys
if sys.argv[1:]:
    os.setgroups([]); os.setgid(int(sys.argv[1])); os.setuid(int(sys.argv[1]))
deeds = {"make": lambda name: os.close(os.open(name, os.O_CREAT | os.O_EXCL)), "drop": os.unlink, "see": os.path.exists}
for line in sys.stdin:
    verb, name = line.split()
    try:
        print(deeds[verb](name), flush=True)
    except OSError as error:
        print(error.strerror, flush=True)
"""

# All that a user may try on whatever he finds below workdir.
SPOIL = """
import fcntl, os, sys
paths = []
for top, directories, files in os.walk("work"):
    paths += [os.path.join(top, name) for name in directories + files]
def lock(kind, flags):
    def attempt(path):
        fd = os.open(path, flags)
        if os.path.isdir(path):
            raise OSError
        fcntl.lockf(fd, kind | fcntl.LOCK_NB)
    return attempt
attempts = {
    "scribbled on": lambda path: os.pwrite(os.open(path, os.O_WRONLY), b"\\xff" * 32768, 0),
    "locked": lock(fcntl.LOCK_EX, os.O_RDWR),
    "locked for reading": lock(fcntl.LOCK_SH, os.O_RDONLY),
    "linked": lambda path: os.link(path, "theirs/link"),
    "moved": lambda path: os.rename(path, path + "-moved"),
    "unlinked": lambda path: os.unlink(path),
    "removed": lambda path: os.rmdir(path),
    "opened to all": lambda path: os.chmod(path, 0o777),
    "cut": lambda path: os.truncate(path, 0),
}
for path in paths:
    for what, attempt in attempts.items():
        try:
            attempt(path)
            print(path, what)
        except OSError:
            pass
"""


def as_user(user):
    return ["setpriv", "--reuid", str(user), "--regid", str(user), "--clear-groups"]


class Resident:
    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def say(self, verb, name):
        try:
            self.process.stdin.write(f"{verb} merged/own/{name}\n")
        except BrokenPipeError:
            pass
        return self.process.stdout.readline().strip() or f"ended with {self.process.wait()}"


python = [sys.executable, "-c", RESIDENT]
residents = {
    "root": Resident(RUN + python),
    "root again": Resident(RUN + python),
    "a guest": Resident(RUN + as_user(GUEST) + python),
    "a guest by himself": Resident(RUN + python + [str(GUEST)]),
}
wrong, right = [], 0


def expect(who, verb, name, answer):
    global right
    said = residents[who].say(verb, name)
    right += said == answer
    if said != answer:
        wrong.append(f"{who}: {verb} {name}: {said}")


def all_see(name, answer):
    for who in residents:
        expect(who, "see", name, answer)


def spoil():
    tried = subprocess.run(as_user(STRANGER) + [sys.executable, "-c", SPOIL], stdout=subprocess.PIPE, text=True)
    wrong.extend(tried.stdout.splitlines())


os.mkdir("theirs")
os.chmod("theirs", 0o777)
for maker in residents:
    for dropper in residents:
        name = f"{maker}-{dropper}".replace(" ", "_")
        all_see(name, "False")
        expect(maker, "make", name, "None")
        all_see(name, "True")
        expect(dropper, "drop", name, "None")
        all_see(name, "False")
    spoil()
all_see("nothing", "False")
for line in wrong[:20]:
    print(line)
print(f"{right} answers")
