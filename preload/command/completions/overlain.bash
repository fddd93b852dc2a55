# Completion of overlain for bash. Verbs and options are asked of the command, so that they are those it has.

# The words that WHAT, a sed script, finds in the help of the verb, or of the command itself.
_overlain_words() {
	"${COMP_WORDS[0]}" ${2:+"$2"} --help 2>/dev/null | sed -nE "$1"
}

# True where a command has begun: behind "--", or behind the first operand that is no option's value and no MERGED.
_overlain_command_at() {
	local i after_overlay=
	for ((i = 2; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--) REPLY=$((i + 1)) && return ;;
		-o) after_overlay=1 i=$((i + 1)) ;;
		-d | --name | --directory) i=$((i + 1)) ;;
		-* | = | :) ;;
		*)
			case ${COMP_WORDS[i - 1]} in
			= | :) ;;
			*)
				[[ ${COMP_WORDS[1]} == run && $after_overlay ]] && after_overlay= && continue
				REPLY=$i && return
				;;
			esac
			;;
		esac
	done
	return 1
}

_overlain() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} verb=${COMP_WORDS[1]} REPLY=
	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		mapfile -t COMPREPLY < <(compgen -W "$(_overlain_words '/^Example/q; s/^  ([a-z]+) +[a-z].*/\1/p') --help --version" -- "$cur")
		return
	fi
	case $verb in
	run | try)
		if _overlain_command_at; then
			declare -F _command_offset >/dev/null && _command_offset "$REPLY"
			return
		fi
		;;
	esac
	case $prev in
	-o)
		compopt -o nospace
		mapfile -t COMPREPLY < <(compgen -W "lowerdir= upperdir= workdir= ro volatile redirect_dir=off cache=" -- "$cur")
		return
		;;
	--name)
		mapfile -t COMPREPLY < <(compgen -W "$(ls "${XDG_STATE_HOME:-$HOME/.local/state}/overlain" 2>/dev/null)" -- "$cur")
		return
		;;
	esac
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_overlain_words 's/^  +(-[a-z])?,? *(--[a-z-]+)?.*/\1 \2/p' "$verb")" -- "$cur")
		return
	fi
	compopt -o filenames
	mapfile -t COMPREPLY < <(compgen -d -- "${cur##[=:]}")
}

complete -F _overlain overlain
