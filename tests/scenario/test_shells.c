/* Shells at work in a union: where they stand, what they open, what they start. */
#include <criterion/criterion.h>

#include "house.h"

SUITE(shells);

/* A script in a shell of its own choosing; single quotes are not for it. */
#define BASH(script) in_house("exec bash -c '" script "'")

Test(shells, cd)
{
	in_house("cd merged/docs; echo $PWD; cd deep/er; echo $PWD $OLDPWD; cd -; cat top.txt; "
		 "cd ../src; ls; cd ../../merged; ls -d docs; cd; pwd; cd \"$OLDPWD\"; cd ..; "
		 "(cd merged/kind && cat inside); ls merged/new; cd merged/README; "
		 "cd merged/old/gone");
}

Test(shells, cd_in_bash)
{
	BASH("cd merged/dirlink; pwd; pwd -P; cd ..; pwd; cd -P dirlink; pwd; "
	     "pushd ../src >/dev/null; pwd; popd; cd -L ../../merged; ls -d docs; "
	     "shopt -s autocd; CDPATH=$PWD; cd docs/deep; pwd; cd er/../../..; ls kind");
}

Test(shells, redirections)
{
	in_house("cd merged; cat <README; read line <docs/guide.txt; echo \"$line\"; "
		 "echo a >made; echo b >>made; cat <made >copy; exec 3<>docs/top.txt; "
		 "read line <&3; echo \"$line\" added >&3; exec 3>&-; cat docs/top.txt copy; "
		 ": >docs/both.txt; cat src/util.c 2>errors; cat errors; set -C; "
		 "echo x >README; echo forced >|README; cat README; cat <<-END >here\n"
		 "\tfrom a here-document\n\tEND\ncat here");
}

Test(shells, bash_redirections)
{
	BASH("cd merged; cat <<<words >made; echo x &>>made; diff <(cat README) README && "
	     "echo equal; mapfile -t lines <docs/guide.txt; echo ${lines[0]}; "
	     "printf %s $(<README) | tee >(cat >teed) | wc -c; exec {fd}<README; read -u $fd l; "
	     "echo $l; [[ README -nt big ]] || echo same age; [[ -f docs/top.txt && "
	     "! -e src/util.c ]] && echo right; sleep 0.1; cat teed");
}

Test(shells, globs)
{
	in_house("cd merged; echo *; echo docs/*.txt; echo */; echo */*/*; echo [a-d]*; "
		 "echo src/u*; echo .*; cd docs; echo ../*/a*; echo *; rm t*; echo *; >tnew; "
		 "echo t*; for f in ../hid*/*; do echo \"$f\"; done");
}

Test(shells, bash_globs)
{
	in_house("exec bash -O globstar -O nullglob -O extglob -O dotglob -c 'cd merged; "
		 "echo **/*.txt; echo **/; echo !(docs|src); echo none*; compgen -f do; "
		 "compgen -d s; printf \"%s\\n\" docs/@(top|both).txt'");
}

Test(shells, pipes_and_jobs)
{
	in_house("cd merged; cat README | tr a-z A-Z >loud & wait; cat loud; (cd docs && "
		 "tar -cf - .) | (cd new && tar -xf -); ls new; find . -name '*.txt' | "
		 "while read f; do echo \"$f:$(cat \"$f\")\"; done | sort; trap 'rm temp; "
		 "ls temp' EXIT; >temp");
}

Test(shells, scripts_in_the_union)
{
	in_house("merged/bin/hello outside; cd merged; bin/hello inside; ./bin/hello; cd bin; "
		 "./hello here; PATH=$PWD:$PATH; hello path; cd ../docs; ../bin/hello up; "
		 "hello again; . ../bin/hello; sh ../bin/hello read; command -v hello");
}

Test(shells, scripts_made_and_changed)
{
	in_house("cd merged; printf '#!/bin/sh\\necho \"$0 $*\"; cat README\\n' >tool; ./tool; "
		 "chmod +x tool; ./tool a b; sed -i s/cat/wc/ bin/hello; bin/hello x; "
		 "printf '#!/bin/bash -eu\\necho ${BASH##*/} $-\\n' >b; chmod 755 b; ./b; "
		 "printf 'echo no line\\n' >n; chmod 755 n; ./n; printf '#!/nowhere/at/all\\n"
		 "' >w; chmod 755 w; ./w");
}

Test(shells, interpreters_in_the_union)
{
	in_house("cp /bin/sh merged/bin/mysh; printf '#!%s/merged/bin/mysh\\necho \"$0 $1\"; "
		 "cat README\\n' \"$PWD\" >merged/bin/s; chmod +x merged/bin/s; cd merged; "
		 "bin/s one; bin/mysh -c 'cat docs/top.txt'; cd bin; ./s two; cat ./README; "
		 "printf '#!%s/s extra\\n' \"$PWD\" >nested; chmod +x nested; cd ..; "
		 "bin/nested; printf '#!bin/mysh\\necho relative\\n' >r; chmod +x r; ./r");
}

Test(shells, programs_in_the_union)
{
	in_house("cp /bin/cat /bin/readlink /bin/ls merged/bin; cd merged; bin/cat README; "
		 "bin/readlink /proc/self/exe; ./bin/ls docs; chmod -x bin/cat; bin/cat README; "
		 "rm bin/ls; bin/ls; bin; mkdir bin/dir; bin/dir; missing/program; bin/missing");
}

Test(shells, an_empty_environment)
{
	in_house("env -i /bin/cat merged/README; env -i merged/bin/hello; "
		 "env -i /bin/sh -c 'cat merged/docs/top.txt; cd merged; ls docs; "
		 "env -i /bin/ls kind; exec env -i /bin/cat README'; "
		 "env -u PATH /bin/cat merged/README");
}

Test(shells, programs_that_start_programs)
{
	in_house("cd merged; timeout 5 cat README; nice cat README; nohup cat README; "
		 "setsid -w cat README; xargs cat <docs/guide.txt; echo README | xargs -n1 cat; "
		 "find kind -type f -exec sh -c 'cat \"$1\"' sh {} \\;; env cat README; "
		 "awk 'BEGIN { system(\"cat README\"); "
		 "while ((getline l <\"docs/top.txt\") > 0) print l; \"cat README\" | "
		 "getline x; print x; print \"made\" >\"awk\" }'; cat awk");
}

Test(shells, proc_links)
{
	in_house("cd merged/docs; readlink /proc/self/cwd; readlink /proc/self/fd/0 </dev/null; "
		 "exec 3<top.txt; readlink /proc/self/fd/3; cat /proc/self/fd/3; cat /dev/fd/3; "
		 "ls -l /proc/self/fd/3 | sed 's/.*-> //'; exec 4<..; readlink /proc/self/fd/4; "
		 "ls /proc/self/fd/4/kind; ls /proc/self/cwd; rm top.txt; "
		 "readlink /proc/self/fd/3");
}

Test(shells, a_directory_removed_under_the_shell)
{
	in_house("mkdir merged/made; cd merged/made; rmdir ../made; ls; /bin/pwd; echo x >y; "
		 "cd ..; ls -d docs; cd docs/deep; rm -rf ../deep; ls; ls ..; cd ..; ls");
}

Test(shells, status)
{
	in_house("cd merged; (exit 7); echo $?; sh -c 'kill -9 $$'; echo $?; cat missing; "
		 "echo $?; test -f README; echo $?; ! grep -q x rel; exit 42");
}

Test(shells, eval_and_source)
{
	in_house("cd merged; echo 'answer=42; . ./more' >lib; "
		 "echo 'echo sourced $answer' >more; . ./lib; echo $answer; "
		 "set -- $(cat README); echo $#; eval \"$(echo cat README)\"; while read a b; "
		 "do echo $b; done <docs/both.txt");
}

Test(shells, what_others_change)
{
	in_house("cd merged; test -e made || sh -c 'echo x >made'; test -e made && "
		 "sh -c 'rm made'; test -e made || echo gone; test -d sub/dir || "
		 "mkdir -p sub/dir; test -d sub/dir && echo there; cat README; "
		 "sh -c 'echo more >>README'; cat README; echo docs/*; sh -c 'rm -r docs; "
		 "mkdir docs; >docs/other'; echo docs/*; read l <docs/other || echo empty; "
		 "sh -c 'mv bin tools'; test -x tools/hello && echo moved; test -e bin/hello || "
		 "echo away; tools/hello",
		 .own_upper = true);
}

Test(shells, side_by_side)
{
	in_house("cd merged; for i in 1 2 3 4 5 6; do (for j in 1 2 3 4 5; "
		 "do echo $i >>docs/guide.txt; mkdir -p new/$j; : >new/$j/$i; "
		 "ls docs >/dev/null; done) & done; wait; wc -l <docs/guide.txt; find new | "
		 "sort; sort -o docs/guide.txt docs/guide.txt; uniq -c docs/guide.txt");
}
