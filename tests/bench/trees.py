"""The trees workloads are done on, each made once in a directory of its own."""
import os
import shutil
import subprocess
import sys

DEEP = "1/2/3/4/5/6/7/8/9"


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as out:
        out.write(text)


def small(at):
    """A file at depth 1 and 10, a link, a directory of 1,000 names."""
    for directory in ("", DEEP + "/"):
        write(f"{at}/{directory}file", "x" * 4096)
        os.symlink("file", f"{at}/{directory}link")
    for i in range(1, 1001):
        write(f"{at}/thousand/f{i}", "")


def names(first, last, directory="many"):
    def make(at):
        for i in range(first, last + 1):
            write(f"{at}/{directory}/f{i}", "x")
    return make


def files(count, size=600, width=20):
    """COUNT files of some text, WIDTH to a directory, three levels deep."""
    def make(at):
        for i in range(count):
            d = i // width
            text = f"line of file {i} with a number {i * 7919 % 1000}\n"
            write(f"{at}/d{d % 16}/e{d // 16 % 16}/g{d // 256}/f{i}.txt", text * (size // len(text) + 1))
    return make


def repository(at):
    files(20000, 200)(at)
    # Nothing may be packed behind our back while the tree is copied.
    author = ["-c", "user.name=x", "-c", "user.email=x@x", "-c", "gc.auto=0", "-c", "maintenance.auto=false"]
    for command in (["init", "-q"], ["add", "-A"], [*author, "commit", "-qm", "x"], ["gc", "-q"]):
        subprocess.run(["git", "-C", at, *command], check=True)


def sized(*sizes):
    """f1, f2 … of those many bytes, holding data."""
    def make(at):
        os.makedirs(at, exist_ok=True)
        for i, size in enumerate(sizes, 1):
            with open(f"{at}/f{i}", "wb") as out:
                for _ in range(0, size, 1 << 20):
                    out.write(os.urandom(min(size, 1 << 20)))
    return make


def project(at):
    """This project's own sources, to be built."""
    here = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    for name in ("preload", "include", "GNUmakefile"):
        source = f"{here}/{name}"
        copy = shutil.copytree if os.path.isdir(source) else shutil.copy
        copy(source, f"{at}/{name}")


def python(at):
    """Modules of Python's own library."""
    library = os.path.dirname(os.__file__)
    os.makedirs(at, exist_ok=True)
    for name in ("json", "email", "http", "xml", "logging", "concurrent", "importlib", "unittest", "asyncio"):
        shutil.copytree(f"{library}/{name}", f"{at}/{name}", ignore=shutil.ignore_patterns("__pycache__"))
    write(f"{at}/all.py", f"import sys; sys.path.insert(0, {at!r})\n")
    write(f"{at}/run.py", "import sys, os\nsys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))\n"
          "import json, email.mime.text, http.client, xml.dom.minidom, logging.config, unittest.mock, asyncio\n")


def modules(at):
    """A tree of Node modules that require each other."""
    for i in range(1500):
        write(f"{at}/node_modules/m{i}/package.json", f'{{"name":"m{i}","main":"lib/index.js"}}')
        write(f"{at}/node_modules/m{i}/lib/index.js", f"module.exports = require('./value');\n")
        write(f"{at}/node_modules/m{i}/lib/value.js", f"module.exports = {i};\n")
    write(f"{at}/index.js", "let s = 0; for (let i = 0; i < 1500; i++) s += require('m' + i);\n")


def archive(at):
    tree = at + ".tree"
    files(4800)(tree)
    os.makedirs(at)
    subprocess.run(["tar", "-cf", f"{at}/all.tar", "-C", tree, "."], check=True)
    shutil.rmtree(tree)


def database(at):
    import sqlite3
    os.makedirs(at)
    with sqlite3.connect(f"{at}/data.db") as base:
        base.execute("create table t(id integer primary key, text)")
        base.executemany("insert into t(text) values (?)", ((f"row {i}" * 20,) for i in range(20000)))
    base.close()
    write(f"{at}/run.py", "import os, sqlite3\n"
          "b = sqlite3.connect(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'data.db'), isolation_level=None)\n"
          "for i in range(100):\n    b.execute('update t set text = text || 1 where id = ?', (i * 61,))\n")


def empty(at):
    os.makedirs(at)
    write(f"{at}/file", "x")


PYTHON = sys.executable
