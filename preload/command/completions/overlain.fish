# Completion of overlain for fish. Verbs and options are asked of the command, so that they are those it has.

function __overlain_verb
    set -l words (commandline -opc)
    test (count $words) -gt 1; and echo $words[2]
end

function __overlain_options
    set -l verb (__overlain_verb)
    overlain $verb --help 2>/dev/null | string replace -rf '^  +(-[a-z])?,? *(--[a-z-]+)?(?: [A-Z]+)?  +(.*)' '$1\t$3\n$2\t$3' | string match -r '^-.*'
end

complete -c overlain -f -n 'test -z (__overlain_verb)' -a "(overlain --help | sed /^Example/q | string replace -rf '^  ([a-z]+) +([a-z].*)' '\$1\t\$2')"
complete -c overlain -f -n 'string match -q -- "-*" (commandline -ct)' -a '(__overlain_options)'
complete -c overlain -n 'test -n (__overlain_verb)' -s o -x -a 'lowerdir= upperdir= workdir= cache='
complete -c overlain -n 'contains -- (__overlain_verb) try' -s d -l directory -x -a '(__fish_complete_directories)'
complete -c overlain -n 'contains -- (__overlain_verb) try' -l name -x -a '(ls (set -q XDG_STATE_HOME; and echo $XDG_STATE_HOME; or echo ~/.local/state)/overlain 2>/dev/null)'
complete -c overlain -n 'contains -- (__overlain_verb) run try' -a '(__fish_complete_subcommand --fcs-skip=2)'
