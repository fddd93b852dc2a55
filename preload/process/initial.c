/* What the kernel laid out for a program: its environment, and the name it was started by. */
#include "overlain/process.h"

#include <sys/auxv.h>
#include <unistd.h>

/* Of ld.so: where argc, argv, the environment and, behind them, the auxiliary vector lie. */
extern void *__libc_stack_end;

/* Sanitizers call before the C library has looked at its environment. */
char **process_environment(void)
{
	char **at = (char **)__libc_stack_end + 1;
	if (environ)
		return environ;
	while (*at++)
		;
	return at;
}

/* Constructors before ours may have moved the ends of the arrays: the entry itself is looked for.
 */
void process_name(const char *name)
{
	static BULKY char kept[PATH_MAX];
	const uintptr_t now = getauxval(AT_EXECFN);
	uintptr_t *word = __libc_stack_end;
	struct text t;
	text_init(&t, kept, sizeof kept);
	text_add(&t, name);
	while (now && !(word[0] == AT_EXECFN && word[1] == now))
		word++;
	if (now)
		word[1] = (uintptr_t)kept;
}
