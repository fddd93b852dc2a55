/* The auxiliary vector, which tells a program the name it was started by: getauxval(3). */
#include "overlain/process.h"

#include <sys/auxv.h>

/* Of ld.so: where the kernel put argc, argv, the environment and, behind them, this vector. */
extern void *__libc_stack_end;

/* Constructors before ours may have moved the ends of the arrays: the entry itself is looked for.
 */
void auxiliary_name(const char *name)
{
	static char kept[PATH_MAX];
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
