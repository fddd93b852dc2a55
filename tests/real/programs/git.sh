# git: a day's work on a repository that lies in the lower, and a clone beside it.
needs=git
varies='.*\.git(/.*)?/(index|ORIG_HEAD\.lock|logs/.*|gc\.log)|.*/objects/info/commit-graph.*|.*\.(idx|pack|rev|bitmap)'

as_somebody() {
	export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@x GIT_COMMITTER_NAME=C GIT_COMMITTER_EMAIL=c@x GIT_CONFIG_NOSYSTEM=1
	export GIT_AUTHOR_DATE='1500000000 +0000' GIT_COMMITTER_DATE='1500000000 +0000' GIT_PAGER=cat
	git config --global init.defaultBranch main
	git config --global gc.auto 0
	git config --global pack.threads 1
	git config --global safe.directory '*'
}

lower() {
	as_somebody
	git init -q repo
	cd repo
	mkdir -p src/deep doc
	for i in 1 2 3 4 5 6 7 8; do
		seq "$i" 400 >"src/$i.c"
		seq "$i" >"src/deep/$i.h"
		echo "text $i" >"doc/$i.md"
		ln -sf "$i.md" doc/latest
		chmod +x src/1.c
		git add -A
		git commit -qm "step $i"
	done
	git branch side HEAD~3
	git tag -am "a release" v1 HEAD~2
}

work() {
	as_somebody
	cd repo
	git status --short
	git checkout -q side
	seq 100 150 >src/side.c
	git rm -q doc/1.md
	git mv src/2.c src/moved.c
	git add -A
	git commit -qm "on the side"
	git rebase -q main
	git log --oneline --stat
	echo dirty >>src/3.c
	echo untracked >note
	git stash -q -u
	git status --short
	git worktree add -q ../tree main
	(cd ../tree && git log -1 --format=%s && echo more >>doc/2.md && git commit -qam "in the tree")
	git stash pop -q
	git status --short
	git checkout -q .
	git clean -dfq
	git merge -q -m merged main
	git cherry-pick -x v1 >/dev/null 2>&1 || git cherry-pick --abort
	git worktree remove ../tree
	git gc -q --prune=now
	git fsck --full --strict
	git count-objects -v | grep -v size
	cd ..
	git clone -q repo copy
	git clone -q --no-hardlinks --bare repo bare.git
	cd copy
	git branch -a
	echo x >src/deep/1.h
	git commit -qam back
	git push -q origin HEAD:pushed
	git checkout -q -b old v1
	git diff --stat HEAD side 2>/dev/null || git diff --stat HEAD origin/side
	git reset -q --hard HEAD~1
	git bisect start HEAD HEAD~4
	git bisect run test ! -e src/5.c
	git bisect reset 2>&1
	git archive HEAD | tar tf -
	git submodule --quiet add ../bare.git sub 2>&1 || git -c protocol.file.allow=always submodule --quiet add ../bare.git sub
	git sparse-checkout set doc
	ls
	cd ../repo
	git for-each-ref
	git log --graph --oneline --all | cksum
}
