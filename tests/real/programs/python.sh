# python3: a virtual environment with pip in it, compiled modules, a package installed, and what the standard library does
# with files.
needs="/usr/bin/python3"
varies='.*\.pyc|project/lines|.*/direct_url\.json'

lower() {
	mkdir -p project/src/thing/sub
	echo 'from . import words, sub' >project/src/thing/__init__.py
	echo 'def say(): return __file__' >project/src/thing/words.py
	for i in $(seq 200); do
		echo "def f(x): return x + $i" >"project/src/thing/sub/m$i.py"
	done
	{ echo 'import importlib'
	  echo 'total = sum(importlib.import_module(f"{__name__}.m{i}").f(0) for i in range(1, 201))'
	} >project/src/thing/sub/__init__.py
	cat >project/setup.py <<-END
		from setuptools import setup, find_packages
		setup(name="thing", version="1", package_dir={"": "src"}, packages=find_packages("src"),
		      entry_points={"console_scripts": ["thing = thing.words:say"]})
	END
}

work() {
	/usr/bin/python3 -m venv --without-pip bare
	/usr/bin/python3 -m venv venv
	PATH=$PWD/venv/bin:$PATH
	python3 -c 'import sys; print(sys.prefix, sys.executable, sys.base_prefix)'
	cd project
	python3 -m compileall -q -j 2 src
	python3 -c 'import sys; sys.path.insert(0, "src"); import thing; print(thing.sub.total, thing.words.say())'
	echo 'def say(): return "changed " + __file__' >src/thing/words.py
	touch -d '+5 seconds' src/thing/words.py
	PYTHONPATH=src python3 -c 'import thing; print(thing.words.say())'
	quiet pip install --no-index --no-build-isolation --disable-pip-version-check .
	cd ..
	python3 -c 'import thing; print(thing.__file__, thing.sub.total)'
	quiet pip uninstall -y thing
	python3 -c 'import thing' 2>&1 | tail -n 1
	bare/bin/python3 - <<-'END'
		import os, shutil, tempfile, pathlib, glob, zipfile, sqlite3, dbm, fcntl, mmap, multiprocessing, socket, subprocess
		shutil.copytree("project", "copy", symlinks=True)
		shutil.make_archive("copy", "zip", "copy")
		print(len(zipfile.ZipFile("copy.zip").namelist()))
		shutil.rmtree("copy"); os.remove("copy.zip")
		print(sorted(glob.glob("project/**/m1?.py", recursive=True)))
		print(sum(1 for p in pathlib.Path("project").rglob("*.py")))
		with tempfile.TemporaryDirectory(dir=".") as d:
		    with open(d + "/f", "w+b") as f:
		        f.write(b"x" * 8192); f.flush()
		        with mmap.mmap(f.fileno(), 0) as m: m[4096:4100] = b"mmap"; m.flush()
		        fcntl.lockf(f, fcntl.LOCK_EX); f.seek(4096); print(f.read(5))
		    s = socket.socket(socket.AF_UNIX); s.bind(d + "/sock"); s.listen()
		    c = socket.socket(socket.AF_UNIX); c.connect(d + "/sock"); print(os.path.relpath(c.getpeername(), d))
		    with os.scandir(d) as it: print(sorted((e.name, e.is_file(), e.inode() == e.stat().st_ino) for e in it))
		def count(i):
		    with open("project/lines", "a") as f: f.write(f"{i}\n")
		    return len(os.listdir("project/src/thing/sub"))
		for how in "fork", "spawn", "forkserver":
		    if how == "fork": print(set(multiprocessing.get_context(how).Pool(3).map(count, range(40))))
		print(sorted(map(int, open("project/lines")))[-1], subprocess.run(["wc", "-l"], stdin=open("project/lines"), capture_output=True))
		shutil.move("project/src", "project/moved"); print(sorted(os.listdir("project")))
		for root, dirs, files, fd in os.fwalk("project/moved"): print(os.path.relpath(root), len(dirs), len(files), [os.stat(f, dir_fd=fd).st_size > 0 for f in files[:1]])
	END
}
