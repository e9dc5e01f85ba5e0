// SPDX-License-Identifier: GPL-2.0
/*
 * Have the N-th allocation (or copy from userspace) of an operation in the kernel
 * fail, for N = 1, 2, 3 and so on, until an operation is over before that.
 *   failnth volume NAME [SKIP]        create a volume of 16 MiB
 *   failnth node NAME ADDRESS [SKIP]  add a node
 *   failnth module FILE [SKIP]        load the module
 * What was made in spite of it, and by the last, is undone each time, which must
 * succeed. SKIP: N grows by so many more on average, at random by the environment's
 * SEED, where there are too many.
 * Prints "refused=N tolerated=N"; exit 1 when something is left, or not refused
 * and not there. Needs a kernel with FAULT_INJECTION.
 */
#include <netram/netram.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct netram *handle;
static const char *name, *address, *file;
static int nth;

static int make_volume(void)
{
	struct netram_volume_spec spec = {
		.name = name, .size = 16 << 20, .extent_size = 1 << 20,
		.connections = 2, .queue_depth = 8,
	};
	struct netram_volume *volume = NULL;
	int err = netram_volume_create(handle, &spec, &volume);

	netram_volume_free(volume);
	return err;
}

static int undo_volume(void)
{
	return netram_volume_delete(handle, name);
}

static int make_node(void)
{
	struct netram_node_spec spec = { .name = name };

	if (netram_endpoint_parse(address, &spec.endpoint, NULL, 0))
		return -EINVAL;
	return netram_node_add(handle, &spec);
}

static int undo_node(void)
{
	return netram_node_remove(handle, name);
}

static int make_module(void)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
	close(fd);
	return err;
}

static int undo_module(void)
{
	return syscall(SYS_delete_module, "netram", O_NONBLOCK) ? -errno : 0;
}

static const struct kind {
	const char *name;
	int (*make)(void);
	int (*undo)(void);
} kinds[] = {
	{ "volume", make_volume, undo_volume },
	{ "node", make_node, undo_node },
	{ "module", make_module, undo_module },
};

static void die(const char *what, int err)
{
	fprintf(stderr, "failnth %d: %s: %s\n", nth, what, strerror(-err));
	exit(1);
}

/*
 * Return: what is left of @n, 0 when something was made to fail. What fails after
 * the operation may be our own look at it.
 */
static int one(const struct kind *kind, int fd, int n, int *err)
{
	char text[16] = "";
	int len = snprintf(text, sizeof(text), "%d", n);

	if (pwrite(fd, text, len, 0) != len)
		die("fail-nth", -errno);
	*err = kind->make();
	memset(text, 0, sizeof(text));
	if (pread(fd, text, sizeof(text) - 1, 0) <= 0)
		strcpy(text, "1");
	while (pwrite(fd, "0", 1, 0) != 1)
		if (errno != EFAULT && errno != ENOMEM)
			die("fail-nth", -errno);
	return atoi(text);
}

static void all(const struct kind *kind, int skip)
{
	int fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	int refused = 0, tolerated = 0, left, err, undone;

	if (fd < 0)
		die("fail-nth", -errno);
	for (nth = 1;; nth += 1 + (skip ? rand() % (2 * skip + 1) : 0)) {
		left = one(kind, fd, nth, &err);
		undone = kind->undo();
		/* It may be there though we were told otherwise: the answer got lost. */
		if (undone && (!err || undone != -ENOENT))
			die("what was made does not go", undone);
		if (left)
			break;
		if (err)
			refused++;
		else
			tolerated++;
	}
	if (err)
		die("refused though nothing failed", err);
	printf("%s: refused=%d tolerated=%d last=%d\n", kind->name, refused, tolerated, nth);
}

int main(int argc, char **argv)
{
	const struct kind *kind = NULL;
	const char *seed = getenv("SEED");
	int skip = 0, err, i;
	size_t k;

	for (k = 0; argc > 2 && k < sizeof(kinds) / sizeof(kinds[0]); k++)
		if (!strcmp(argv[1], kinds[k].name))
			kind = &kinds[k];
	i = kind && kind->make == make_node ? 4 : 3;
	if (!kind || argc < i || argc > i + 1) {
		fprintf(stderr, "usage: failnth volume NAME | node NAME ADDRESS | module FILE  [SKIP]\n");
		return 2;
	}
	srand(seed ? strtoul(seed, NULL, 0) : 1);
	name = file = argv[2];
	address = argv[3];
	if (argc > i)
		skip = atoi(argv[i]);
	if (kind->make != make_module) {
		err = netram_open(&handle);
		if (err)
			die("netram_open", err);
	}
	/* so that no page of ours comes late, and is made to fail */
	mlockall(MCL_CURRENT | MCL_FUTURE);
	all(kind, skip);
	netram_close(handle);
	return 0;
}
