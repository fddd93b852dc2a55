"""What is measured: for each row the layers it stands on, and what is run in every world."""
import os
import re
import shutil

import trees
from trees import DEEP, PYTHON


class Row:
    def __init__(self, label, tree, *argv, upper=None, lowers=1, changes=False, bare=None, only=None):
        self.label, self.tree, self.argv = label, tree, argv
        self.upper = upper      # a tree the upper begins with
        self.lowers = lowers    # how many lower layers there are, the others each with a name of its own
        self.changes = changes  # it cannot be run twice on the same layers
        self.bare = bare        # what a world without layers runs in its place, again and again
        self.needs = only       # a program it cannot do without

    def possible(self):
        return not self.needs or shutil.which(self.needs)


def filler(directory):
    def make(at):
        trees.write(f"{at}/{directory}/own", "")
    return make


def operation(label, name, count, path, tree=trees.small, **more):
    return Row(label, tree, name, str(count), "{root}" + path, **more)


def program(label, tree, *argv, **more):
    return Row(label, tree, "run", *argv, **more)


def rows():
    for lowers in (1, 4, 64):
        of = f", {lowers} lowers" if lowers > 1 else ""
        yield operation(f"warm stat, depth 1{of}", "stat", 100000, "/file", lowers=lowers)
        yield operation(f"warm stat, depth 5{of}", "stat", 100000, "/1/2/3/4", lowers=lowers)
        yield operation(f"warm stat, depth 10{of}", "stat", 100000, f"/{DEEP}/file", lowers=lowers)
    yield operation("warm access", "access", 100000, "/file")
    yield operation("warm readlink", "readlink", 100000, "/link")
    yield operation("warm open + close, depth 1", "open", 100000, "/file")
    yield operation("warm open + close, depth 10", "open", 100000, f"/{DEEP}/file")
    yield operation("open + read 4 KiB + close", "read", 100000, "/file")
    yield operation("stat by relative path", "relative", 100000, "/" + DEEP)
    yield operation("fstatat by descriptor", "dirfd", 100000, "/" + DEEP)
    yield operation("name not there, depth 1", "stat", 100000, "/none")
    yield operation("name not there, depth 10", "stat", 100000, f"/{DEEP}/none")
    for lowers in (1, 4, 16, 64):
        yield operation(f"first stat of 2,000 lower files, lowers: {lowers}", "first", 2000, "/many",
                        trees.names(1, 2000), lowers=lowers)
    yield operation("pread 4 KiB of an open file", "pread", 200000, "/file")
    yield operation("pwrite 4 KiB to an open file", "pwrite", 100000, "/file", changes=True)
    yield operation("list 1,000 names of one layer", "list", 300, "/thousand")
    yield operation("list 1,000 names of two layers", "list", 300, "/many", trees.names(1, 500),
                    upper=trees.names(501, 1000))
    yield operation("list 10,000 names of two layers", "list", 30, "/many", trees.names(1, 5000),
                    upper=trees.names(5001, 10000))
    yield operation("create + unlink", "create", 10000, "/new")
    yield operation("mkdir + rmdir", "mkdir", 5000, "/newdir")
    yield operation("unlink of a lower file", "unlink", 2000, "/many", trees.names(1, 2000), changes=True)
    for size, count, label in ((4096, 200, "4 KiB"), (1 << 20, 20, "1 MiB"), (1 << 30, 1, "1 GiB")):
        yield Row(f"copy-up of {label}", trees.sized(*[size] * count), "append", str(count), "{root}", changes=True,
                  bare=("replace", str(count), "{root}"))
    yield program("git status, 20,000 files", trees.repository, "git", "-C", "{root}", "status", only="git")
    yield program("find with stat, 50,000 files", trees.files(50000, 20), "find", "{root}", "-size", "+9999k")
    yield program("grep -r, 5,000 files", trees.files(5000, 4000), "grep", "-rc", "number 77", "{root}")
    yield program("C build, make -j2", trees.project, "make", "-sj2", "-C", "{root}", "CFLAGS=-O0", "build/overlain",
                  changes=True)
    yield program("tar x, 4,800 files", trees.archive, "tar", "-xf", "{root}/all.tar", "-C", "{root}", changes=True)
    yield program("tar c, 4,800 files", trees.files(4800), "sh", "-c", "tar -cf - -C {root} . | cat")
    yield program("cp -a, 4,800 files", trees.files(4800), "sh", "-c",
                  "mkdir {root}/copy && cp -a {root}/d* {root}/copy", changes=True)
    yield program("rm -rf, 4,800 lower files", trees.files(4800), "sh", "-c", "rm -rf {root}/*", changes=True)
    yield program("python compileall", trees.python, PYTHON, "-m", "compileall", "-qf", "{root}", changes=True)
    yield program("python imports", trees.python, PYTHON, "-B", "{root}/run.py")
    yield program("node require, 1,500 modules", trees.modules, "node", "{root}/index.js", only="node")
    yield program("sqlite, 100 transactions", trees.database, PYTHON, "{root}/run.py", changes=True)
    yield program("process start, 500 x true", trees.empty, "sh", "-c",
                  "i=0; while [ $i -lt 500 ]; do /bin/true; i=$((i + 1)); done")
    yield program("two processes at once: find with stat", trees.files(20000, 20), "sh", "-c",
                  "find {root} -size +9999k & find {root} -size +9999k; wait")


def plant(area, row):
    """The layers of ROW, topmost first, and the upper to begin with; made where they are not there yet."""
    def made(make, name):
        at = f"{area}/trees/{name}"
        if not os.path.exists(at):
            make(at)
        return at
    name = "small" if row.tree is trees.small else re.sub(r"\W+", "-", row.label.split(", lowers")[0])
    bottom = made(row.tree, name)
    directory = "many" if row.argv[-1].endswith("/many") else "own"
    above = [made(filler(directory), f"{directory}{i}") for i in range(1, row.lowers)]
    upper = made(row.upper, name + "-upper") if row.upper else None
    return [*above, bottom], upper
