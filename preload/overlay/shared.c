/* What the page processes share says besides the changes of names. */
#include "pair.h"
#include "overlain/debug.h"

#include <string.h>

void shared_stage_begins(const struct overlay *ov)
{
	if (ov->shared)
		pair_begin(&ov->shared->stages);
}

void shared_stage_ends(const struct overlay *ov)
{
	if (ov->shared)
		pair_end(&ov->shared->stages);
}

bool shared_stages_open(const struct overlay *ov, uint64_t *pair)
{
	*pair = ov->shared ? ov->shared->stages : 0;
	return !is_equal(*pair);
}

void shared_stages_gone(const struct overlay *ov, uint64_t pair)
{
	pair_heal(&ov->shared->stages, pair);
}

enum whiteout_form shared_whiteout_form(const struct overlay *ov)
{
	return ov->shared ? ov->shared->whiteout_form : WHITEOUT_DEVICE;
}

void shared_set_whiteout_form(const struct overlay *ov, enum whiteout_form form)
{
	if (ov->shared)
		ov->shared->whiteout_form = form;
}

bool overlay_told(const struct overlay *ov, uint64_t what)
{
	return ov->shared && atomic_exchange(&ov->shared->told[what % TOLD], what) == what;
}

void shared_forget_told(const struct overlay *ov)
{
	for (unsigned i = 0; i < TOLD; i++)
		ov->shared->told[i] = 0;
}

int overlay_refuses(const struct overlay *ov)
{
	static bool told;
	char line[strlen(ov->merged) + strlen(ov->workdir ? ov->workdir : "") + 80];
	struct text t;
	if (!ov->barred || __atomic_exchange_n(&told, true, __ATOMIC_RELAXED))
		return -EROFS;
	text_init(&t, line, sizeof line);
	text_add(&t, ov->merged_length ? ov->merged : "/");
	text_add(&t, ": read-only for user ");
	text_add_number(&t, (uint64_t)SYS1(SYS_geteuid, 0));
	text_add(&t, ", who may not write ");
	text_add(&t, ov->workdir);
	complain(line);
	return -EROFS;
}
