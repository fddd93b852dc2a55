# node: node_modules of 5,000 files in the lower, required, watched, changed and installed into.
needs=node
varies='.*/\.package-lock\.json|package-lock\.json'

lower() {
	node -e '
		const fs = require("fs");
		for (let p = 0; p < 100; p++) {
			const at = `node_modules/p${p}`;
			fs.mkdirSync(at + "/lib/deep", { recursive: true });
			fs.writeFileSync(at + "/package.json", JSON.stringify({ name: `p${p}`, version: "1.0.0", main: "lib" }));
			fs.writeFileSync(at + "/lib/index.js", "let n = 0; for (let i = 0; i < 48; i++) n += require(`./deep/${i}`);" +
				(p ? `module.exports = n + require("p${p - 1}");` : "module.exports = n;"));
			for (let i = 0; i < 48; i++) fs.writeFileSync(`${at}/lib/deep/${i}.js`, `module.exports = ${i + p};`);
		}
		fs.mkdirSync("node_modules/.bin");
		fs.symlinkSync("../p1/lib/index.js", "node_modules/.bin/p1");
		fs.writeFileSync("package.json", JSON.stringify({ name: "app", version: "1.0.0", dependencies: {} }));
		fs.mkdirSync("local/lib", { recursive: true });
		fs.writeFileSync("local/package.json", JSON.stringify({ name: "local", version: "2.0.0", main: "lib/a", bin: "lib/a.js" }));
		fs.writeFileSync("local/lib/a.js", "#!/usr/bin/env node\nmodule.exports = __filename; console.log(__filename);");'
	find . -type f | wc -l
}

work() {
	node -e 'console.log(require("p99"), require.resolve("p5"), Object.keys(require.cache).length)'
	echo 'module.exports = 1000;' >node_modules/p3/lib/deep/7.js
	rm -r node_modules/p50/lib/deep/1.js
	mkdir node_modules/p50/lib/deep/1
	echo 'module.exports = 51;' >node_modules/p50/lib/deep/1/index.js
	node -p 'require("p99")'
	node --input-type=module -e 'import p from "p2"; console.log(p, import.meta.url)' | sed 's/\[eval.*//'
	node - <<-'END'
		const fs = require("fs"), path = require("path"), { Worker } = require("worker_threads");
		const { execFileSync, fork } = require("child_process"), net = require("net");
		const files = fs.readdirSync("node_modules", { recursive: true });
		console.log(files.length, fs.realpathSync("node_modules/.bin/p1"), fs.realpathSync.native("node_modules/.bin/p1"));
		fs.cpSync("node_modules/p1", "copied", { recursive: true });
		execFileSync("mv", ["node_modules/p1", "node_modules/p1-moved"]);
		fs.symlinkSync("../copied", "node_modules/p1");
		console.log(require("p1"), execFileSync("ls", ["node_modules/p1-moved/lib"]).toString());
		fs.rmSync("node_modules/p1-moved", { recursive: true });
		const watched = new Promise(done => { const w = fs.watch("copied", (what, name) => { w.close(); done(name); }); });
		setTimeout(() => fs.writeFileSync("copied/new", "x"), 100);
		(async () => {
			console.log("watched", await watched);
			await Promise.all(Array.from({ length: 400 }, (_, i) => fs.promises.writeFile(`node_modules/p${i % 100}/n${i}`, `${i}`)
				.catch(e => console.log(e.code))));
			let sum = 0;
			for await (const d of await fs.promises.opendir("node_modules/p7")) sum += d.isFile() ? 1 : 100;
			console.log(sum);
			await new Promise(done => net.createServer(s => s.end("through the socket")).listen("socket", function () {
				net.connect("socket").on("data", d => { console.log(`${d}`); this.close(done); }); }));
			await new Promise(done => new Worker("require('worker_threads').parentPort.postMessage(require('./node_modules/p2'))",
				{ eval: true }).on("message", m => { console.log(m); done(); }));
		})();
	END
	command -v npm >/dev/null || return 0
	quiet npm install --offline --no-audit --no-fund --no-update-notifier ./local
	node_modules/.bin/local
	quiet npm pack --offline ./local
	quiet npm uninstall --offline --no-audit --no-fund local
	quiet npm install --offline --no-audit --no-fund ./local-2.0.0.tgz
	node -p 'require("local")'
	ls node_modules | wc -l
	rm -rf "$HOME/.npm"
}
