/* vi without a terminal: the shell function `vi KEYS FILE...`, where \033 is the escape key. */
#ifndef TESTS_VI_H
#define TESTS_VI_H

#define VI                                                                                         \
	"program=$(command -v vim.tiny || command -v vim); vi() { printf \"$1\" >keys; shift; "    \
	"$program --not-a-term -T dumb -u NONE -i NONE -s keys \"$@\" >screen; "                   \
	"echo \"vi ended with $?\"; rm keys screen; }; "

#endif
