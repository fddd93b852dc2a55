/* Changes tried before a copy-up, on an object made for it in workdir. */
#include "attributes.h"

bool trial_begin(struct trial *t, const struct place *at)
{
	bool below = node_absent(&at->node) || !overlay_in_upper(at->overlay, &at->node);
	t->made = below && overlay_scratch(at->overlay, &at->node, &t->stage) == 0;
	t->directory = node_is_dir(&at->node);
	return t->made;
}

/* By the next definitions, as the change was made: a preload behind may have taken notes of it. */
void trial_end(struct trial *t)
{
	const int saved = errno;
	if (t->made) {
		NEXT(unlinkat)(AT_FDCWD, t->stage.path, t->directory ? AT_REMOVEDIR : 0);
		overlay_scratch_end(&t->stage);
	}
	errno = saved;
}
