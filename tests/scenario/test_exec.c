/* Programs and scripts that lie in the union, by every call that starts one. */
#include <criterion/criterion.h>

#include "house.h"
#include "support/expect.h"
#include "support/format.h"
#include "support/plant.h"
#include "support/world.h"

SUITE(exec);

#define CALL HELPER("exec_calls") " "

/* SAY answers with what it was called and where it stands, in the shell of the union. */
#define TOOLS                                                                                      \
	"bin/say = #!/bin/sh%0Aecho \"say: $0 $*\"; pwd; cat /proc/$$/comm; echo \"${HOME-}\"\n"   \
	"bin/say mode 0755\n"                                                                      \
	"bin/link -> say\n"                                                                        \
	"bin/plain = echo \"plain: $0 $*\"\n"                                                      \
	"bin/plain mode 0755\n"                                                                    \
	"bin/empty =\n"                                                                            \
	"bin/empty mode 0755\n"                                                                    \
	"bin/closed = #!/bin/sh\n"                                                                 \
	"data/file = words\n"                                                                      \
	"data/deep/\n"

#define ABOVE                                                                                      \
	"bin/up = #!/bin/sh -e%0Aecho \"up: $0 $*\"; cat data/file; false; echo never\n"           \
	"bin/up mode 0755\n"                                                                       \
	"bin/empty2 = #!\n"                                                                        \
	"bin/empty2 mode 0755\n"

#define with_tools(...) same_everywhere(.lower = {TOOLS}, .upper = ABOVE, .script = __VA_ARGS__)

/* The same for each word in the list. */
#define EACH(calls, what) "for call in " calls "; do " what "; done"

#define EXEC_CALLS "execv execve execvp execvpe execl execlp execle"

Test(exec, scripts_by_every_call)
{
	with_tools(EACH(EXEC_CALLS " vfork posix_spawn posix_spawnp",
			CALL "$call merged/bin/say one; " CALL "$call merged/bin/link one; " CALL
			     "-C merged $call bin/up one"));
}

Test(exec, programs_by_every_call)
{
	with_tools("cp /bin/echo merged/bin/; " EACH(
		EXEC_CALLS " fexecve fexecve-cloexec execveat vfork posix_spawn posix_spawnp",
		CALL "$call merged/bin/echo $call; " CALL "-i $call $PWD/merged/bin/echo $call"));
}

Test(exec, along_path)
{
	with_tools("PATH=$PWD/merged/nowhere:$PWD/merged/bin:$PATH; say x; (cd merged; PATH=:bin; "
		   "say y); (cd merged/bin; " CALL "execvp say z; " CALL "execlp up z; " CALL
		   "posix_spawnp say z; " CALL "execvp missing; " CALL "execvp closed; " CALL
		   "execvp file); PATH=merged/bin:/bin; " CALL "execvp say relative; " CALL
		   "-C merged/data execvp say relative; PATH=$PWD/merged/bin/say:$PATH; " CALL
		   "execvp echo through");
}

Test(exec, path_that_was_changed_on_the_way)
{
	with_tools("export PATH=$PWD/merged/bin:$PATH; " CALL "-i execvp say x; unset PATH; " CALL
		   "execvp true; /bin/rm merged/bin/say; " CALL "execvp say x; " CALL "execvp sh");
}

Test(exec, without_a_first_line)
{
	with_tools(EACH(EXEC_CALLS " posix_spawn posix_spawnp vfork",
			CALL "$call merged/bin/plain a; " CALL "$call merged/bin/empty a; " CALL
			     "$call merged/bin/empty2 a") "; "
							  "PATH=$PWD/merged/bin:$PATH; " CALL
							  "execvp plain a; " CALL "execlp plain b");
}

Test(exec, what_cannot_be_started)
{
	with_tools(EACH("execv execvp posix_spawn fexecve execveat vfork",
			CALL "$call merged/bin/closed; " CALL "$call merged/bin; " CALL
			     "$call merged/bin/missing; " CALL "$call merged/bin/say/x; " CALL
			     "$call merged/data/file; " CALL "$call merged/bin/say/"));
}

Test(exec, by_descriptor)
{
	with_tools("sed -i s,cat./proc.*comm,:, merged/bin/say; " EACH(
		"fexecve execveat fexecve-cloexec execveat-nofollow",
		CALL "$call merged/bin/say d; " CALL "$call merged/bin/link d; " CALL
		     "$call /bin/true; cp merged/bin/say .; " CALL "$call say out"));
}

Test(exec, first_lines)
{
	with_tools(
		"line() { printf \"$1\" >merged/s; chmod +x merged/s; merged/s a \"b  c\"; }; "
		"cp /bin/echo merged/bin/; "
		"line '#!/bin/echo\\n'; line '#! /bin/echo  one two  \\t three  \\n'; "
		"line '#!\\t/bin/echo\\tx'; line '#!/bin/echo'; line '#!/bin/echo \\nrest'; "
		"line \"#!$PWD/merged/bin/echo in the union\\n\"; line '#!\\n'; line '#! \\t \\n'; "
		"line '#!/missing/one\\n'; line '#!merged/bin/echo relative\\n'; "
		"line '#!/bin/echo \\000x\\n'; line '#!'; line '#'; line '#!/bin\\n'; "
		"line \"#!/bin/echo $(printf %%0400d 7)\\n\"; "
		"line \"#!/$(printf %%0400d 7)\\n\"; line \"#!$(printf %%0250s)/bin/echo\\n\"; "
		"line \"#!/bin/echo $(printf %%0242d 7)\\n\"; "
		"line \"#!/bin/echo $(printf %%0243d 7)\\n\"");
}

Test(exec, scripts_for_scripts)
{
	with_tools("cp /bin/echo merged/bin/; before=$PWD/merged/bin/echo; "
		   "for i in 1 2 3 4 5 6 7; do printf '#!%s a%s\\n' $before $i >merged/s$i; "
		   "chmod +x merged/s$i; before=$PWD/merged/s$i; merged/s$i x; done; "
		   "printf '#!%s\\n' $PWD/merged/s2 >out; chmod +x out; ./out y; cd merged; "
		   "chmod -x s1; ./s2 z; ../out z");
}

Test(exec, interpreters_behind_links)
{
	with_tools("cp /bin/echo merged/bin/; ln -s echo merged/bin/in; ln -s /bin/echo "
		   "merged/bin/away; ln -s $PWD/merged/bin/echo towards; "
		   "ln -s merged/bin/in relative; "
		   "for i in merged/bin/in merged/bin/away towards relative; do "
		   "printf '#!%s a\\n' $PWD/$i >merged/s; cp merged/s s; chmod +x merged/s s; "
		   "merged/s b; ./s b; ./$i c; done; ./towards d; cd merged/bin; ./away e");
}

Test(exec, permission_is_that_of_the_union)
{
	with_tools("chmod -x merged/bin/say; merged/bin/say; chmod +x merged/bin/closed; "
		   "merged/bin/closed && echo opened; cp /bin/true merged/bin; merged/bin/true && "
		   "chmod 644 merged/bin/true; merged/bin/true; echo x >>merged/bin/up; "
		   "cd merged; bin/up; (exec 3>>bin/up; bin/up; cp bin/true bin/false; "
		   "chmod +x bin/false; exec 4>>bin/false; bin/false)");
}

Test(exec, the_environment_lost)
{
	with_tools("env -i merged/bin/say; env -i $PWD/merged/bin/say; env -i /bin/sh -c "
		   "'cd merged; unset LD_PRELOAD; for v in $(env | sed -n s/^OVERLAIN_/\\&/p | "
		   "sed s/=.*//); do unset $v; done; cat data/file; env -i /bin/cat data/file; "
		   "export LD_PRELOAD=; /bin/cat data/file'; " CALL "-i execv merged/bin/say; " CALL
		   "-i posix_spawn merged/bin/say");
}

Test(exec, the_environment_shows_nothing_more)
{
	with_tools("cd merged; env | grep -c OVERLAIN_STATE; env -i A=1 env | "
		   "grep -v -e ^OVERLAIN_ -e ^LD_PRELOAD; env A=1 B=2 sh -c 'echo $A$B'");
}

Test(exec, other_preloads_stay)
{
	same_everywhere(.lower = {TOOLS}, .unlike_kernel = true,
			.script =
				"list() { tr : '\\n' | sed 's,.*/,,' | grep -v '^$'; }; "
				"if test \"$LD_PRELOAD\"; then "
				"for p in /nowhere/a.so:$LD_PRELOAD $LD_PRELOAD:/nowhere/b.so "
				"\"/nowhere/a.so $LD_PRELOAD $LD_PRELOAD\" /nowhere/c.so ''; do "
				"LD_PRELOAD=$p sh -c 'echo $LD_PRELOAD' 2>/dev/null | list; done; "
				"else printf 'a.so\\nliboverlain.so\\nliboverlain.so\\nb.so\\n"
				"a.so\\nliboverlain.so\\nc.so\\nliboverlain.so\\nliboverlain.so\\n'"
				"; fi");
}

Test(exec, the_directory_is_handed_over)
{
	with_tools("cd merged/data; sh -c 'cat file; cd deep; sh -c \"pwd; ls ..; cat ../file\"'; "
		   "/bin/pwd; >new; ls; /bin/pwd; mkdir deep/er; cd deep/er; /bin/pwd; "
		   "sh -c 'echo made >here'; cat here; ls -R ../..; cd ../../../..; /bin/pwd; " CALL
		   "-C merged/data vfork ../bin/say v; pwd; " CALL
		   "-C merged/data posix_spawn ../bin/say v; " CALL
		   "-C merged/bin execv ./say v; cd merged; mv data moved; cd moved; cat file; "
		   "mv ../moved ../data; cat file",
		   .own_upper = true);
}

Test(exec, descriptors_are_handed_over)
{
	with_tools("exec 3<merged/data 4<merged/data/file 5<merged 6<.; "
		   "sh -c 'ls /proc/self/fd/3; ls /dev/fd/5/bin; cat <&4; "
		   "for i in 3 4 5 6; do readlink /proc/self/fd/$i; done'; "
		   "ls /proc/self/fd/6/merged/data; echo added >>merged/data/file; "
		   "sh -c 'readlink /proc/self/fd/4; ls /proc/self/fd/3/'; "
		   "test /dev/fd/4 -ef merged/data/file || echo not that one; "
		   "cd merged; grep -r words . >found; cat found; tar -cf all.tar . && "
		   "tar -tf all.tar | grep -c all.tar; rm all.tar; cat <data/file >>data/file; cat "
		   "data/file");
}

Test(exec, system_and_popen)
{
	with_tools("cd merged; " CALL "system 'cat data/file; bin/say s; exit 3'; " CALL
		   "popen 'cat data/file; cd data; pwd; exit 4'; " CALL "-C data system pwd; " CALL
		   "system 'kill $$'; " CALL "-i popen 'cat data/file'");
}

Test(exec, make_and_others)
{
	with_tools("cd merged; printf 'all: sub\\n\\tcat data/file\\n\\t@pwd\\nsub:\\n"
		   "\\tcd data && pwd && cat file\\n\\t+$(MAKE) --no-print-directory -C data -f "
		   "../more\\n' >Makefile; printf 'it:\\n\\tpwd\\n\\tcat file >copy\\n' >more; "
		   "make; cat data/copy; make -C data -f ../more; cd data; "
		   "find . -name file -execdir cat {} +; xargs -a file echo; env -C deep pwd; "
		   "echo file | xargs -I{} sh -c 'cat {}'");
}

Test(exec, python)
{
	if (system("exec /usr/bin/python3 -c '' 2>/dev/null") != 0)
		return;
	with_tools("cat >run.py <<'END'\n"
		   "import subprocess, os\n"
		   "def show(*a, **k):\n"
		   "    print(subprocess.run(a, capture_output=True, text=True, **k).stdout,"
		   "end='')\n"
		   "show('pwd', cwd='merged/data')\n"
		   "show('cat', 'file', cwd='merged/data')\n"
		   "show('../bin/say', 'py', cwd='merged/data')\n"
		   "show('cat', 'merged/data/file', env={})\n"
		   "show('bin/say', 'close', cwd='merged', close_fds=True)\n"
		   "os.chdir('merged')\n"
		   "show('cat', 'data/file')\n"
		   "show('pwd', cwd='..')\n"
		   "show('ls', 'data', preexec_fn=lambda: os.chdir('.'))\n"
		   "with open('out', 'w') as f:\n"
		   "    subprocess.run(['cat', 'data/file'], stdout=f)\n"
		   "show('cat', 'out')\n"
		   "for args in ['cat', 'out2'], ['grep', 'w', 'data/file', 'out2']:\n"
		   "    with open('out2', 'a') as f:\n"
		   "        f.write('w\\\\n'); f.flush()\n"
		   "        print(subprocess.run(args, stdout=f, stderr=subprocess.PIPE))\n"
		   "print(os.popen('cat data/file').read(), os.system('bin/say x >/dev/null'))\n"
		   "os.execv('bin/say', ['say', 'last'])\n"
		   "END\n"
		   "/usr/bin/python3 run.py");
}

Test(exec, pointers_to_nowhere)
{
	with_tools(HELPER("exec_pointers") " $PWD/merged/data/file; "
					   "cd merged; " HELPER("exec_pointers") " data/file");
}

/* libc starts the shell of wordexp(3) past every call of ours. */
Test(exec, words_of_a_shell)
{
	with_tools(
		"cat >words.c <<'END'\n"
		"#include <stdio.h>\n#include <wordexp.h>\n"
		"int main(int argc, char **argv) { wordexp_t w; int e = wordexp(argv[1], &w, 0);\n"
		"for (size_t i = 0; !e && i < w.we_wordc; i++) puts(w.we_wordv[i]);\n"
		"return e; }\nEND\n"
		"cc -o words words.c && cd merged/data && ../../words '$(cat file) `pwd` "
		"$((1 + 2)) \"$(ls ..)\" $(../bin/say w)'; ../../words '$(cat <file' || echo $?; "
		"../../words 'a b $HOME'");
}

Test(exec, a_program_that_runs_is_not_written_to)
{
	const char *area = format("%s/area", scratch());
	const struct layers layers = {"low", "up", "work"};
	plant(area, "low/\nup/\nwork/\nmerged/\n", 0);
	shell_text(area, "cp /bin/sleep low/run");
	for (enum world world = KERNEL; world <= SHIM_RUN; world++) {
		if (!world_exists(world))
			continue;
		struct outcome outcome = world_shell(
			world, area, &layers,
			"merged/run 1 & sleep .3; (echo x >>merged/run); wait; ls $PWD/up; "
			"(echo x >>merged/run) && ls $PWD/up; rm merged/run; cp low/run merged");
		assert_text(outcome.out, "run\n", world_name(world));
		assert_holds(outcome.err, "Text file busy");
		shell_text(area, "rm -f up/run");
	}
}
