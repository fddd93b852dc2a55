# How a step is played and judged.

steps=0 wrong=0
shell='sh' # what the commands are typed into

say() {
	printf '\n# %s\n' "$*"
}

# step COMMAND ANSWER: the answer is a shell pattern.
step() {
	steps=$((steps + 1))
	printf '$ %s\n' "$1"
	answer=$($shell -c "$1" 2>&1)
	[ -z "$answer" ] || printf '%s\n' "$answer"
	case $answer in
	$2) ;;
	*)
		wrong=$((wrong + 1))
		printf '^^^ this is not what was expected:\n%s\n' "$2"
		;;
	esac
}

# From here on the commands are typed into a shell started like this, until `leave`.
enter() {
	printf '$ %s\n' "$1"
	shell=$1
}

leave() {
	printf '$ exit\n'
	shell='sh'
}

verdict() {
	echo
	if [ "$wrong" -eq 0 ]; then
		echo "walkthrough: all $steps steps came out right"
	else
		echo "walkthrough: $wrong of $steps steps came out wrong"
		exit 1
	fi
}
