"""Where operations are played: the kernel's overlay or the library, and as whom."""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = [sys.executable, "-B", "-S"]
DEADLINE, LATE = 300, "did not end in time"
MOUNT = 'mount -t overlay overlay -o "$0" "$1" && shift && exec "$@"'
NAMESPACE = ["unshare", "-rm"]
NOBODY = ["unshare", "-U", "--map-user=1000", "--map-group=1000"]


class Mode:
    """
    As whom, and over what. The library answers to a rename of a lower's directory as the kernel
    does, with EXDEV, when told to.
    """
    enter, become = NAMESPACE, []
    options, settings = "userxattr", "redirect_dir=off"
    without = ()  # makers of layers.py
    needs_root = several = False


class Namespace(Mode):
    """Root of a user namespace, as any user can be."""
    name = "namespace"


class User(Mode):
    """A user without privileges, who owns all layers."""
    name, become = "user", NOBODY


class Root(Mode):
    """Root: every owner, every attribute, devices."""
    name, enter, needs_root = "root", ["unshare", "-m"], True


class Mixed(Mode):
    """Layers on several file systems: every other lower in memory."""
    name, several = "mixed", True


class Moved(Mode):
    """
    Directories of a lower can be renamed. The kernel allows it to root where redirects are on, and
    leaves in the lower what is there, further names of a file included; the library has copied all
    of it up by then. So marks and numbers of links differ, and nothing else. Redirects exclude
    marks in "user.overlay.", which the library writes.
    """
    name, enter, needs_root = "moved", ["unshare", "-m"], True
    options, settings = "redirect_dir=on", ""
    without = ("make_hard_link", "make_opaque", "make_private")


MODES = [Namespace, User, Root, Mixed, Moved]


def is_real_root():
    """Not that of a user namespace."""
    with open("/proc/self/uid_map") as f:
        return os.geteuid() == 0 and f.read().split() == ["0", "0", str(0xffffffff)]


def modes_possible(scratches):
    """Those that can be had here."""
    devices, root = [os.stat(s).st_dev for s in scratches], is_real_root()
    return [m for m in MODES if not (m.needs_root and not root)
            and not (m.several and devices[0] == devices[1])]


class Area:
    """The directories of a seed. Both worlds stand at one place in turn, so all texts are alike."""

    def __init__(self, at, mode, seed):
        self.at, self.mode, self.seed = at[0], mode, seed
        lowers = range(1 + seed // len(MODES) % 3)
        self.lowers = [f"{at[mode.several and i % 2 == 0]}/low{i}" for i in lowers]
        self.merged, self.upper, self.work = (f"{at[0]}/{n}" for n in ("merged", "upper", "work"))


class World:
    def __init__(self, name, library):
        self.name, self.library = name, library

    def run(self, area, script, *arguments, text=""):
        """What SCRIPT prints under this world's overlay: standard output and error."""
        mode, lowers = area.mode, ":".join(area.lowers)
        kernel_options = mode.options if script == "play.py" else "userxattr"
        command = mode.become + PYTHON + [f"{HERE}/{script}", *arguments]
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "ORACLE_WORLD": self.name,
                       "ORACLE_MODE": mode.name}
        if self.name == "kernel":
            options = f"{kernel_options},lowerdir={lowers},upperdir={area.upper},workdir={area.work}"
            command = ["sh", "-c", MOUNT, options, area.merged] + command
        else:
            settings = [f"OVERLAIN_MERGED={area.merged}", f"OVERLAIN_LOWERDIR={lowers}",
                        f"OVERLAIN_UPPERDIR={area.upper}", f"OVERLAIN_WORKDIR={area.work}",
                        f"OVERLAIN_OPTIONS={mode.settings}", f"LD_PRELOAD={self.library}"]
            command = ["env"] + settings + command
        try:
            done = subprocess.run(mode.enter + command, env=environment, cwd="/", text=True,
                                  errors="replace", input=text, capture_output=True,
                                  timeout=DEADLINE)
        except subprocess.TimeoutExpired:
            return "", LATE
        return done.stdout, done.stderr
