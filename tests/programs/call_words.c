/* call_words: glob and wordexp with every flag, in `merged` and from within. */
#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wordexp.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void show_words(const wordexp_t *w, int answer)
{
	printf(" %d:", answer);
	if (answer == 0 || answer == WRDE_NOSPACE)
		for (size_t i = 0; i < w->we_offs + w->we_wordc; i++)
			printf(" <%s>", w->we_wordv[i] ? w->we_wordv[i] : "(none)");
	puts("");
}

static void expand(const char *words)
{
	static const int flags[] = {0, WRDE_NOCMD, WRDE_UNDEF, WRDE_DOOFFS};

	for (size_t i = 0; i < COUNT(flags); i++) {
		wordexp_t w = {.we_offs = flags[i] & WRDE_DOOFFS ? 2 : 0};

		printf("%s %d", words, flags[i]);
		fflush(stdout);
		int answer = wordexp(words, &w, flags[i]);

		show_words(&w, answer);
		if (answer == 0)
			wordfree(&w);
	}
}

static const char *const expressions[] = {
	"merged/*",
	"merged/d*/*.txt",
	"merged/docs/b?th.txt plain merged/[k-n]*",
	"'merged/*' \"merged/*\" merged/\\*",
	"merged/'d'*/both.txt",
	"merged/d*'/both.txt'",
	"merged/*'*'*",
	"merged/nope* again",
	"merged/old/*",
	"merged/hidden/*",
	"merged/.*",
	"merged/with*",
	"$HOUSE/b*",
	"\"$HOUSE\"/b*.txt",
	"$SPACED",
	"$PATTERN",
	"$PATTERN*",
	"x$SPACED*",
	"${UNSET:-merged/*}",
	"${UNSET:=merged/docs}/u* $UNSET",
	"${HOUSE%docs}b*",
	"$NOWHERE",
	"$((1 + 2 * 3))",
	"$((2*3)) merged/e*",
	"$(ls merged/docs) end",
	"$(cat merged/README)",
	"\"$(ls merged/hidden merged/old)\"",
	"`ls merged/kind` merged/k*",
	"$(cd merged/docs; ls -d u*; pwd | sed 's,.*/,,')*",
	"$(echo 'merged/*')",
	"$(false)",
	"a|b",
	"a;b",
	"merged/*;b",
	"merged/*|&<>(){}",
	"merged/{docs,src}/*",
	"(",
	"'open",
	"\"open",
	"$(open",
	"${open",
	"`open",
	"~/x ~root ~/*",
	"\\",
	"a\nb",
	"*\nb",
	"  spaced   out  ",
	"",
	"?",
	"[",
	"merged/[",
	"merged/docs/[!a-u]*",
	"merged/dirlink/*",
	"merged/loop*",
	"merged/dang*",
};

static void expand_all(void)
{
	setenv("HOUSE", "merged/docs", 1);
	setenv("SPACED", "one two", 1);
	setenv("PATTERN", "merged/d*", 1);
	setenv("HOME", "/home-of-nobody", 1);
	for (size_t i = 0; i < COUNT(expressions); i++) {
		unsetenv("UNSET");
		expand(expressions[i]);
	}
	setenv("IFS", "", 1);
	expand("merged/d* $SPACED");
	setenv("IFS", ":", 1);
	expand("merged/d*/b* $PATH");
	unsetenv("IFS");
}

static void append_words(void)
{
	wordexp_t w = {.we_offs = 1};
	int answer = wordexp("first merged/k*", &w, WRDE_DOOFFS);

	show_words(&w, answer);
	answer = wordexp("merged/docs/* last", &w, WRDE_DOOFFS | WRDE_APPEND);
	show_words(&w, answer);
	answer = wordexp("bad|", &w, WRDE_DOOFFS | WRDE_APPEND);
	printf("%d %zu\n", answer, w.we_wordc);
	answer = wordexp("merged/e*", &w, WRDE_DOOFFS | WRDE_REUSE);
	show_words(&w, answer);
	wordfree(&w);
	answer = wordexp("$(ls merged/nope)", &w, WRDE_SHOWERR);
	show_words(&w, answer);
}

/* --- glob --- */

static int complain(const char *path, int error)
{
	printf("  cannot read %s: %s\n", path, strerrorname_np(error));
	return 0;
}

static int give_up(const char *path, int error)
{
	complain(path, error);
	return 1;
}

static void match(const char *pattern, int flags, int (*on_error)(const char *path, int error))
{
	glob_t g = {.gl_offs = 1};
	int answer = glob(pattern, flags, on_error, &g);

	printf("%s %x: %d", pattern, (unsigned)flags, answer);
	for (size_t i = 0; answer == 0 && i < g.gl_pathc + (flags & GLOB_DOOFFS ? 1 : 0); i++)
		printf(" %s", g.gl_pathv[i] ? g.gl_pathv[i] : "(none)");
	printf(" %x\n", (unsigned)g.gl_flags & GLOB_MAGCHAR);
	if (answer == 0)
		globfree(&g);
}

static struct dirent *read_two(void *dir)
{
	static struct dirent entry = {.d_ino = 1, .d_type = DT_REG};
	int *left = dir;

	snprintf(entry.d_name, sizeof entry.d_name, "made-up%d", *left);
	return (*left)-- > 0 ? &entry : NULL;
}

static int left;

static void *open_two(const char *path)
{
	(void)path;
	left = 2;
	return &left;
}

static void close_two(void *dir)
{
	(void)dir;
}

static void match_in_own_directories(void)
{
	glob_t g = {.gl_opendir = open_two,
		    .gl_readdir = read_two,
		    .gl_closedir = close_two,
		    .gl_stat = stat,
		    .gl_lstat = lstat};
	int answer = glob("merged/*", GLOB_ALTDIRFUNC, NULL, &g);

	printf("own: %d", answer);
	for (size_t i = 0; i < g.gl_pathc; i++)
		printf(" %s", g.gl_pathv[i]);
	puts("");
	globfree(&g);
}

static void match_all(void)
{
	static const char *const patterns[] = {"merged/*",
					       "merged/*/",
					       "merged/docs/*/*/*",
					       "merged/README",
					       "merged/{R,d}*",
					       "merged/{nope,src}",
					       "merged/.*",
					       "merged/nope",
					       "merged/nope*",
					       "~/merged/*",
					       "~nobody-at-all/*",
					       "merged/\\*",
					       "merged/[[:upper:]]*",
					       "merged/*link/*",
					       "merged/README/*",
					       "merged/loop/*",
					       "",
					       "/",
					       "merged/old/*",
					       "merged//docs//*"};
	static const int flags[] = {GLOB_ERR,
				    GLOB_MARK,
				    GLOB_NOSORT,
				    GLOB_NOCHECK,
				    GLOB_NOESCAPE,
				    GLOB_PERIOD,
				    GLOB_BRACE,
				    GLOB_NOMAGIC,
				    GLOB_TILDE,
				    GLOB_TILDE_CHECK,
				    GLOB_ONLYDIR,
				    GLOB_DOOFFS,
				    GLOB_BRACE | GLOB_MARK | GLOB_PERIOD,
				    1 << 20};

	for (size_t i = 0; i < COUNT(patterns); i++)
		for (size_t j = 0; j < COUNT(flags); j++)
			if (flags[j] != GLOB_NOSORT || strchr(patterns[i], '*') == NULL)
				match(patterns[i], flags[j], complain);
	match("merged/loop*/*", GLOB_ERR, give_up);
	match("merged/*/*", 0, give_up);
	glob_t g = {.gl_offs = 2};

	glob("merged/d*", GLOB_DOOFFS, NULL, &g);
	glob("merged/docs/*", GLOB_DOOFFS | GLOB_APPEND, NULL, &g);
	for (size_t i = 0; i < g.gl_offs + g.gl_pathc; i++)
		printf(" %s", g.gl_pathv[i] ? g.gl_pathv[i] : "(none)");
	puts("");
	globfree(&g);
	match_in_own_directories();
}

int main(void)
{
	expand_all();
	append_words();
	match_all();
	chdir("merged/docs");
	expand("* ../k* $(ls)");
	match("../*/*.txt", 0, NULL);
	return 0;
}
