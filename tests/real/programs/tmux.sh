# tmux, bash and vim, typed at: a session whose socket, swap files and history lie in merged.
needs="tmux bash vim"
varies='.*\.un~'

lower() {
	mkdir -p notes/old
	seq 100 >notes/numbers
	echo 'first line' >notes/text
	echo 'PS1="ready> "; HISTFILE=$PWD/history; set +o notify' >bashrc
}

# types KEYS...: types them, and waits for the prompt or a word of the screen to come.
types() {
	tmux -S socket send-keys -t real "$@"
}

shows() {
	for _ in $(seq 300); do
		tmux -S socket capture-pane -p -t real | grep -qE -e "$1" && return
		sleep 0.1
	done
	echo "never shown: $1"
	tmux -S socket capture-pane -p -t real
}

work() {
	mkdir tmp
	export TMPDIR="$PWD/tmp" SHELL=/bin/bash
	trap 'tmux -S socket kill-server 2>/dev/null || :' EXIT
	tmux -S socket -f /dev/null new-session -d -s real -x 160 -y 30 "bash --noprofile --rcfile bashrc -i"
	shows '^ready> '
	types 'cd notes && pwd && ls' Enter
	shows 'numbers  *old  *text'
	types 'cat nu' Tab '| tail -n 1 > ol' Tab 'last; cat old/last; echo done-1' Enter
	shows '^done-1'
	types 'vim -u NONE -N -i NONE text' Enter
	shows 'first line'
	types 'osecond line' Escape ':w' Enter
	shows 'written'
	ls -A notes
	types ':split old/new' Enter 'ithird' Escape ':wqa' Enter
	types 'echo done-2' Enter
	shows '^done-2'
	cat notes/text notes/old/new
	ls -A notes
	types 'vim -u NONE -N -i NONE -c "set backup undofile" numbers' Enter
	shows '^1 *$'
	types ':g/5/d' Enter ':w' Enter
	shows 'written'
	types ':!wc -l < % > counted' Enter
	shows 'Press ENTER'
	types Enter ':q' Enter 'echo done-3' Enter
	shows '^done-3'
	types 'echo sleeping; sleep 100' Enter
	shows '^sleeping'
	types C-c
	types 'for f in *; do mv "$f" "$f.x"; done; (sleep 0.2; echo bg > bg) & wait; fc -s cat; echo done-4' Enter
	shows '^done-4'
	types 'cd ..; rm -r notes/old.x; mkdir -p a/b && cd a/b && rmdir ../b; pwd; cd ../..; cd -P .; echo done-5' Enter
	shows '^done-5'
	tmux -S socket capture-pane -p -t real | grep -v -e 'ready> ' -e '\^C' -e '^$' | sed 's/^\[1\] .*/[1]/'
	tmux -S socket split-window -t real "ls notes > listed; tmux -S socket wait-for -S listed"
	tmux -S socket wait-for listed
	cat listed notes/counted.x
	types 'exit' Enter
	for _ in $(seq 100); do
		tmux -S socket has-session -t real 2>/dev/null || break
		sleep 0.1
	done
	sed 's/^#.*//' history
	rm -rf socket tmp
	find . | sort
}
