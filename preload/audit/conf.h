/* The directories of ld.so.conf(5), for the auditor. */
#ifndef AUDIT_CONF_H
#define AUDIT_CONF_H

#include "overlain/library.h"

/* Those merged's own file lists, as a search list; "" where none lies inside merged. */
const char *conf_directories(void);

#endif
