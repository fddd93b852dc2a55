/* call_fts: fts in all its modes, from the directory above `merged`. */
#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static const char *below_here(void)
{
	static char name[4096];
	const char *merged = getcwd(name, sizeof name) ? strstr(name, "/merged") : NULL;

	return merged ? merged : "above";
}

static void show_children(FTS *fts, int how)
{
	printf("  children");
	for (const FTSENT *e = fts_children(fts, how); e; e = e->fts_link)
		printf(" %s/%d", e->fts_name, e->fts_info);
	puts("");
}

enum manner { PLAINLY, LOOK_AHEAD, NAMES_AHEAD, FOLLOW_AND_SKIP, AGAIN, MANNERS };

static void treat(FTS *fts, FTSENT *e, enum manner manner)
{
	if (manner == LOOK_AHEAD && e->fts_info == FTS_D)
		show_children(fts, 0);
	if (manner == NAMES_AHEAD && e->fts_info == FTS_D)
		show_children(fts, FTS_NAMEONLY);
	if (manner == FOLLOW_AND_SKIP && e->fts_info == FTS_SL)
		fts_set(fts, e, FTS_FOLLOW);
	if (manner == FOLLOW_AND_SKIP && e->fts_info == FTS_D && strcmp(e->fts_name, "deep") == 0)
		fts_set(fts, e, FTS_SKIP);
	if (manner == AGAIN && e->fts_info == FTS_F && !e->fts_number++)
		fts_set(fts, e, FTS_AGAIN);
}

static void walk_fts(int options, enum manner manner)
{
	char names[][20] = {"merged",          "merged/docs",     "merged/README", "merged/rel",
			    "merged/dangling", "merged/dirlink/", "merged/nope"};
	char *roots[COUNT(names) + 1] = {NULL};
	struct stat st;
	FTSENT *e;

	for (size_t i = 0; i < COUNT(names); i++)
		roots[i] = names[i];
	printf("-- fts %x %d\n", (unsigned)options, manner);
	FTS *fts = fts_open(roots, options, by_name);
	while ((e = fts_read(fts))) {
		printf("%s %s %d level %d errno %d at %d in %s\n", e->fts_path, e->fts_name,
		       e->fts_info, e->fts_level, e->fts_errno, lstat(e->fts_accpath, &st),
		       below_here());
		treat(fts, e, manner);
	}
	printf("%d", errno);
	printf(" %d in %s\n", fts_close(fts), below_here());
}

int main(void)
{
	static const int options[] = {
		FTS_PHYSICAL,
		FTS_LOGICAL,
		FTS_PHYSICAL | FTS_NOCHDIR,
		FTS_PHYSICAL | FTS_NOSTAT,
		FTS_PHYSICAL | FTS_SEEDOT,
		FTS_PHYSICAL | FTS_XDEV | FTS_COMFOLLOW,
	};

	for (size_t i = 0; i < COUNT(options); i++)
		for (enum manner manner = PLAINLY; manner < MANNERS; manner++)
			walk_fts(options[i], manner);
	printf("odd: %d %d\n", !fts_open((char *[]){NULL}, 0x1000, NULL), errno);
	return 0;
}
