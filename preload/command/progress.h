/* progress: what takes long says on a terminal how far it has come. */
#ifndef OVERLAIN_PROGRESS_H
#define OVERLAIN_PROGRESS_H

#include <stdint.h>

/* From here on a meter (overlain/meter.h) is drawn twice a second. */
void progress_begin(const char *what, uint64_t total);
/* BYTES more are done. */
void progress_add(uint64_t bytes);
/* What the file PATH, being written, holds counts as well; NULL: none. The string is kept. */
void progress_watch(const char *path);
/* What process PID has written counts; 0: none. */
void progress_watch_process(int pid);
void progress_end(void);

#endif
