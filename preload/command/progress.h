/* progress: what takes long says on a terminal how far it has come. */
#ifndef OVERLAIN_PROGRESS_H
#define OVERLAIN_PROGRESS_H

#include <stdint.h>

/*
 * After a second, and twice a second from then on, a line on stderr tells bytes, rate and what
 * remains of TOTAL; nothing where stderr is no terminal.
 */
void progress_begin(const char *what, uint64_t total);
/* BYTES more are done. */
void progress_add(uint64_t bytes);
/* What the file PATH, being written, holds counts as well; NULL: none. The string is kept. */
void progress_watch(const char *path);
/* What process PID has written counts; 0: none. */
void progress_watch_process(int pid);
void progress_end(void);

#endif
