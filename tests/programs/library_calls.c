/*
 * Loads libraries and says how they are called. Each argument is done in turn:
 *
 *   open:NAME      dlopen; what its `value` answers, and what dladdr and dlinfo say of it, resolved
 *   objects        what dl_iterate_phdr shows, but for the loader's own and the preloaded
 *   maps           the files that /proc/self/maps shows, but for the system's and ours
 *   self           the names this program was started by
 *   in:DIRECTORY   chdir
 *   threads        sixteen threads open and close what follows, again and again
 */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

static void open_library(const char *name)
{
	char origin[PATH_MAX];
	Dl_info info, again;
	struct link_map *map;
	void *handle = dlopen(name, RTLD_NOW), *value = handle ? dlsym(handle, "value") : NULL;

	if (!value) {
		printf("open: %s\n", dlerror());
		return;
	}
	dladdr(value, &info);
	dladdr1(value, &again, (void **)&map, RTLD_DL_LINKMAP);
	dlinfo(handle, RTLD_DI_ORIGIN, origin);
	printf("open: %d in %s%s, from %s\n", ((int (*)(void))value)(),
	       realpath(info.dli_fname, NULL),
	       strcmp(info.dli_fname, again.dli_fname) ? " or another" : "",
	       realpath(origin, NULL));
}

static int show_object(struct dl_phdr_info *info, size_t size, void *data)
{
	const char *name = info->dlpi_name, *slash = strrchr(name, '/');

	(void)size, (void)data;
	if (slash && !strstr(slash, "overlain") && !strstr(slash, "/ld-"))
		printf("object: %s\n", name);
	return 0;
}

static void show_maps(void)
{
	char line[PATH_MAX + 100], last[PATH_MAX] = "";
	FILE *maps = fopen("/proc/self/maps", "r");

	while (maps && fgets(line, sizeof line, maps)) {
		const char *path = strchr(line, '/'), *slash = strrchr(line, '/');
		if (!path || strncmp(path, "/usr/", 5) == 0 || strncmp(path, "/lib", 4) == 0 ||
		    strstr(slash, "overlain") || strstr(path, "/overlain.page/") ||
		    strcmp(path, last) == 0)
			continue;
		printf("mapped: %s", path);
		strcpy(last, path);
	}
	if (maps)
		fclose(maps);
}

static void *open_and_close(void *list)
{
	long count = 0;

	for (int i = 0; i < 50; i++)
		for (char **name = list; *name; name++) {
			void *handle = dlopen(*name, RTLD_NOW);
			Dl_info info;
			count += handle && dladdr(dlsym(handle, "value"), &info) &&
				 strstr(info.dli_fname, "/merged/");
			if (handle)
				dlclose(handle);
		}
	return (void *)count;
}

static void open_in_threads(char **names)
{
	pthread_t threads[16];
	long total = 0;
	void *count;

	for (int i = 0; i < 16; i++)
		pthread_create(&threads[i], NULL, open_and_close, names);
	for (int i = 0; i < 16; i++) {
		pthread_join(threads[i], &count);
		total += (long)count;
	}
	printf("threads: %ld\n", total);
}

static void show_self(void)
{
	char exe[PATH_MAX] = "";

	if (readlink("/proc/self/exe", exe, sizeof exe - 1) < 0)
		perror("/proc/self/exe");
	printf("self: %s, %s, %s\n", exe, (const char *)getauxval(AT_EXECFN),
	       program_invocation_name);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *what = argv[i], *colon = strchr(what, ':');

		if (strncmp(what, "open:", 5) == 0)
			open_library(colon + 1);
		else if (strcmp(what, "objects") == 0)
			dl_iterate_phdr(show_object, NULL);
		else if (strcmp(what, "maps") == 0)
			show_maps();
		else if (strcmp(what, "threads") == 0)
			return open_in_threads(argv + i + 1), 0;
		else if (strcmp(what, "self") == 0)
			show_self();
		else if (strncmp(what, "in:", 3) == 0 && chdir(colon + 1) != 0)
			perror(colon + 1);
	}
	return 0;
}
