/*
 * A main for programs that run the same from main, from a thread with a small stack, from a signal
 * handler or before main, as their first argument says.
 */
#ifndef CALL_WHERE_H
#define CALL_WHERE_H

#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

void run(void);

static void *run_in_thread(void *unused)
{
	run();
	return unused;
}

static void handler(int signal)
{
	(void)signal;
	run();
}

__attribute__((constructor)) static void early(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "constructor") == 0)
		run();
}

static int start_thread(void)
{
	pthread_t thread;
	pthread_attr_t attributes;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, (size_t)PTHREAD_STACK_MIN);
	if (pthread_create(&thread, &attributes, run_in_thread, NULL))
		return 1;
	return pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
	const char *where = argc > 1 ? argv[1] : "main";

	if (strcmp(where, "main") == 0)
		run();
	else if (strcmp(where, "thread") == 0)
		return start_thread();
	else if (strcmp(where, "signal") == 0 && signal(SIGUSR1, handler) != SIG_ERR)
		return raise(SIGUSR1);
	return 0;
}

#endif
