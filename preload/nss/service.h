/*
 * The names by which libc finds what a service called overlain does, typed by its own <nss.h>. A
 * function answers NSS_STATUS_*; errors go where ERRNOP points, ERANGE for a buffer too small.
 */
#ifndef NSS_SERVICE_H
#define NSS_SERVICE_H

#include <nss.h>

#define SERVICE(name) extern nss_##name _nss_overlain_##name __attribute__((visibility("default")))

/* accounts.c */
SERVICE(setpwent);
SERVICE(endpwent);
SERVICE(getpwent_r);
SERVICE(getpwnam_r);
SERVICE(getpwuid_r);
SERVICE(setgrent);
SERVICE(endgrent);
SERVICE(getgrent_r);
SERVICE(getgrnam_r);
SERVICE(getgrgid_r);
SERVICE(setspent);
SERVICE(endspent);
SERVICE(getspent_r);
SERVICE(getspnam_r);
SERVICE(setsgent);
SERVICE(endsgent);
SERVICE(getsgent_r);
SERVICE(getsgnam_r);

/* hosts.c */
SERVICE(sethostent);
SERVICE(endhostent);
SERVICE(gethostent_r);
SERVICE(gethostbyname_r);
SERVICE(gethostbyname2_r);
SERVICE(gethostbyname3_r);
SERVICE(gethostbyaddr_r);

#endif
