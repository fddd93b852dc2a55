/* The command line of every verb, as its description says it is to be read. */
#include "command.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

struct reading {
	const struct verb *verb;
	char *options; /* given, and not yet used for an overlay */
	char *operands[2];
	unsigned count;
};

static bool sets_overlays(const struct verb *verb)
{
	return verb->kind == VERB_OVERLAYS || verb->kind == VERB_RUN;
}

static bool takes_command(const struct verb *verb)
{
	return verb->kind == VERB_COMMAND || verb->kind == VERB_RUN;
}

/* False where WORD is no operand: the command begins, or there is one too many. */
static bool take_operand(struct reading *r, char *word)
{
	if (sets_overlays(r->verb)) {
		if (!r->options && !settings_lack_merged())
			return false;
		settings_add(r->options ? r->options : "", word);
		r->options = NULL;
		return true;
	}
	unsigned limit = r->verb->kind == VERB_TARGET ? 2 : r->verb->kind == VERB_LAYERS ? 1 : 0;
	if (r->count == limit)
		return false;
	r->operands[r->count++] = word;
	return true;
}

/* MERGED stands first, where there is anything that needs or allows it. */
static void settle(struct reading *r, struct arguments *a)
{
	if (sets_overlays(r->verb)) {
		if (r->options)
			settings_add(r->options, NULL);
		return;
	}
	unsigned limit = r->verb->kind == VERB_TARGET ? 2 : 1;
	bool named = r->count == limit || (r->count > 0 && (r->options || settings_lack_merged()));
	if (r->verb->kind == VERB_COMMAND)
		return;
	bool described = r->options || settings_lack_merged();
	settings_replace(r->options, named ? r->operands[0] : NULL);
	a->picked = named && !described ? r->operands[0] : NULL;
	a->operand = r->operands[named];
}

enum { CODE_HELP = 'h', CODE_OPERAND = 1, CODE_ENFORCE = 2, CODE_WRITABLE = 3, CODE_CHOICE = 256 };

/* What getopt_long(3) wants to know of a verb. */
struct grammar {
	char letters[32];
	struct option options[16];
};

static void grammar_of(const struct verb *verb, struct grammar *g)
{
	unsigned count = 0;
	bool overlay = verb->kind != VERB_COMMAND;
	strcpy(g->letters, overlay ? "-:ho:" : "-:h");
	g->options[count++] = (struct option){"help", no_argument, NULL, CODE_HELP};
	if (overlay)
		g->options[count++] = (struct option){"options", required_argument, NULL, 'o'};
	if (sets_overlays(verb)) {
		g->options[count++] = (struct option){"enforce", no_argument, NULL, CODE_ENFORCE};
		g->options[count++] =
			(struct option){"writable", required_argument, NULL, CODE_WRITABLE};
	}
	for (const struct choice *c = verb->choices; c && c->name; c++) {
		int code = CODE_CHOICE + (int)(c - verb->choices);
		const char letter[] = {c->letter, c->value ? ':' : '\0', '\0'};
		g->options[count++] = (struct option){
			c->name, c->value ? required_argument : no_argument, NULL, code};
		strcat(g->letters, letter);
	}
	g->options[count] = (struct option){NULL, 0, NULL, 0};
}

/* True when CODE, as getopt_long gave it, is one of the verb's own choices. */
static bool take_choice(const struct verb *verb, int code)
{
	for (const struct choice *c = verb->choices; c && c->name; c++) {
		if (code != CODE_CHOICE + (c - verb->choices) && (!c->letter || code != c->letter))
			continue;
		if (c->value)
			*c->value = optarg;
		else
			*c->flag = true;
		return true;
	}
	return false;
}

static void add_option(struct reading *r, char *option)
{
	r->options = r->options ? format("%s,%s", r->options, option) : option;
}

/* "writable=DIR", with what would end it in a list behind a backslash. */
static char *writable(const char *directory)
{
	char *option = format("writable=%*s", (int)(2 * strlen(directory)), "");
	char *at = option + strlen("writable=");
	for (; *directory; directory++) {
		if (*directory == ',' || *directory == '\\')
			*at++ = '\\';
		*at++ = *directory;
	}
	*at = '\0';
	return option;
}

/* Takes one option; false once *STATUS says what to exit with. */
static bool take(struct reading *r, int code, const char *word, int *status)
{
	const struct verb *verb = r->verb;
	if (code == 'o' || code == CODE_ENFORCE || code == CODE_WRITABLE) {
		add_option(r, code == 'o'            ? optarg
			      : code == CODE_ENFORCE ? format("enforce")
						     : writable(optarg));
		return true;
	}
	if (take_choice(verb, code))
		return true;
	if (code == CODE_HELP) {
		fputs(verb->help, stdout);
		*status = 0;
	} else if (code == CODE_OPERAND) {
		*status = fail("%s: %s: unexpected argument (see overlain %s --help)", verb->name,
			       word, verb->name);
	} else {
		*status = fail("%s: %s: %s (see overlain %s --help)", verb->name, word,
			       code == ':' ? "its value is missing" : "unknown option", verb->name);
	}
	return false;
}

bool arguments_read(const struct verb *verb, char **argv, struct arguments *a, int *status)
{
	struct reading r = {.verb = verb};
	struct grammar grammar;
	int argc = 0, code;
	while (argv[argc])
		argc++;
	*a = (struct arguments){0};
	if (verb->kind == VERB_PLAIN) {
		a->rest = argv + 1;
		return true;
	}
	grammar_of(verb, &grammar);
	opterr = 0;
	optind = 1;
	while ((code = getopt_long(argc, argv, grammar.letters, grammar.options, NULL)) != -1) {
		if (code == CODE_OPERAND && take_operand(&r, optarg))
			continue;
		if (code == CODE_OPERAND && takes_command(verb)) {
			optind--;
			break;
		}
		if (!take(&r, code, argv[optind - 1], status))
			return false;
	}
	settle(&r, a);
	a->rest = argv + optind;
	return true;
}
