"""The worlds a workload is run in: the same tree bare, under the library, and under the others that show a tree so."""
import os
import subprocess
import sys

FAKECHROOT = "/usr/lib/*/fakechroot/libfakechroot.so"


class World:
    """A tree to work in at .root, made of layers; run() answers nanoseconds."""

    name = "bare"
    why_not = None

    def __init__(self, area, build):
        self.area, self.build = area, build
        self.timer = f"{build}/tests/bench/operations"
        self.home = f"{area}/{self.name.replace(' ', '-')}"
        self.root = f"{self.home}/merged"
        self.laid = None  # what was laid here last, and has not been changed

    def fresh(self, layers, upper):
        """Lays everything anew: LAYERS are trees, topmost first; UPPER one to begin with, or None."""
        subprocess.run(["rm", "-rf", self.home], check=True)
        for name in ("upper", "work", "merged"):
            os.makedirs(f"{self.home}/{name}")
        self.layers = layers
        self.lay(upper)

    def lay(self, upper):
        for tree in [*reversed(self.layers), *([upper] if upper else [])]:
            subprocess.run(["cp", "-aT", tree, self.root], check=True)

    def wrap(self, argv):
        return argv

    def run(self, *argv):
        env = dict(os.environ, GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="safe.directory", GIT_CONFIG_VALUE_0="*")
        done = subprocess.run(self.wrap([self.timer, *argv]), env=env, capture_output=True, text=True)
        if done.returncode:
            said = done.stderr.strip().splitlines() or [str(done.returncode)]
            raise RuntimeError(said[-1])
        return float(done.stdout.split()[-1])


class Overlay(World):
    def lay(self, upper):
        if upper:
            subprocess.run(["cp", "-aT", upper, f"{self.home}/upper"], check=True)

    def options(self):
        return f"lowerdir={':'.join(self.layers)},upperdir={self.home}/upper,workdir={self.home}/work"

    def mounted(self, how, argv):
        script = f'{how} "$0" && shift 0 && exec "$@"'
        return ["unshare", "-rm", "sh", "-c", script, self.root, *argv]


class Shim(Overlay):
    name = "overlain"

    def wrap(self, argv):
        return [f"{self.build}/overlain", "run", "-o", self.options(), self.root, "--", *argv]


class Kernel(Overlay):
    name = "kernel overlay"

    def wrap(self, argv):
        return self.mounted(f"mount -t overlay overlay -o userxattr,{self.options()}", argv)


class Fuse(Overlay):
    name = "fuse-overlayfs"

    def wrap(self, argv):
        return self.mounted(f"fuse-overlayfs -o {self.options()}", argv)


class Proot(World):
    """A translated directory, with no union: what the translation costs."""

    name = "PRoot"

    def lay(self, upper):
        self.real = f"{self.home}/real"
        os.mkdir(self.real)
        for tree in [*reversed(self.layers), *([upper] if upper else [])]:
            subprocess.run(["cp", "-aT", tree, self.real], check=True)

    def wrap(self, argv):
        return ["proot", "-b", f"{self.real}:{self.root}", *argv]


class Fakechroot(World):
    """The same under a preload that puts a prefix before each path."""

    name = "fakechroot"

    def __init__(self, area, build):
        super().__init__(area, build)
        self.root = "/merged"

    def lay(self, upper):
        for tree in [*reversed(self.layers), *([upper] if upper else [])]:
            subprocess.run(["cp", "-aT", tree, f"{self.home}/merged"], check=True)

    def wrap(self, argv):
        import glob
        outside = f"/usr:/lib:/lib64:/bin:/sbin:/etc:/proc:/dev:/sys:/tmp:/var:/home:{self.build}:{sys.prefix}"
        return ["env", "FAKECHROOT=true", f"FAKECHROOT_BASE={self.home}", f"FAKECHROOT_EXCLUDE_PATH={outside}",
                f"LD_PRELOAD={glob.glob(FAKECHROOT)[0]}", *argv]


def usable(area, build):
    """The worlds that work on this machine; one word about each that does not."""
    tree = f"{area}/try"
    os.makedirs(tree)
    open(f"{tree}/file", "w").close()
    for kind in (World, Shim, Kernel, Fuse, Proot, Fakechroot):
        world = kind(area, build)
        try:
            world.fresh([tree], None)
            world.run("run", "cat", f"{world.root}/file")
            yield world
        except (OSError, RuntimeError, IndexError, subprocess.CalledProcessError) as error:
            print(f"{kind.name}: left out: {error}", flush=True)
