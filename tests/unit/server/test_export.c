// SPDX-License-Identifier: GPL-2.0
#include "test.h"

#include <errno.h>
#include <sys/resource.h>
#include <unistd.h>

#include "export.h"
#include "sweep.h"

static struct store store;
static struct export_table table;
static char why[NAME_WHY_MAX];

struct client {
	struct export_user user;
	int wakes;
};

static void wake(struct export_user *user)
{
	((struct client *)user)->wakes++;
}

static int setup(void **state)
{
	assert_int_equal(store_init(&store, 64 * PAGE, NULL), 0);
	assert_int_equal(export_table_init(&table, &store, 4, 64 * PAGE), 0);
	return 0;
}

static int teardown(void **state)
{
	export_table_exit(&table);
	assert_int_equal(store.used, 0);
	store_exit(&store);
	return 0;
}

static int join(struct client *c, const char *text)
{
	struct name name;

	memset(c, 0, sizeof(*c));
	c->user.wake = wake;
	assert_int_equal(name_parse(text, strlen(text), &name, why), 0);
	return export_join(&table, &name, &c->user, why);
}

static void leave(struct client *c)
{
	export_leave(&table, &c->user);
}

static void sizes(void **state)
{
	struct client a, b;

	assert_int_equal(join(&a, "x?size=8192"), 0);
	assert_int_equal(a.user.export->size, 8192);
	assert_int_equal(join(&b, "x?size=4096"), -EINVAL);
	assert_non_null(strstr(why, "8192"));
	assert_int_equal(join(&b, "x"), 0);
	assert_ptr_equal(a.user.export, b.user.export);
	leave(&b);
	assert_int_equal(join(&b, ""), 0);
	assert_int_equal(b.user.export->size, 64 * PAGE);
	leave(&a);
	leave(&b);
}

static void fence(void **state)
{
	struct client old, same, plain, new, late, newer;

	assert_int_equal(join(&old, "v?epoch=3"), 0);
	assert_int_equal(join(&same, "v?epoch=3"), 0);
	assert_int_equal(join(&plain, "v"), 0);
	assert_int_equal(join(&new, "v?epoch=4"), -EINPROGRESS);
	assert_true(export_fenced(&old.user));
	assert_true(export_fenced(&same.user));
	assert_false(export_fenced(&plain.user));
	assert_int_equal(old.wakes, 1);

	assert_int_equal(join(&late, "v?epoch=3"), -EPERM);
	assert_non_null(strstr(why, "epoch 4"));

	assert_int_equal(export_ready(&table, &new.user), -EINPROGRESS);
	leave(&old);
	assert_true(new.wakes > 0);
	assert_int_equal(export_ready(&table, &new.user), -EINPROGRESS);

	/* A still newer one comes while the new one waits. */
	assert_int_equal(join(&newer, "v?epoch=5"), -EINPROGRESS);
	assert_int_equal(export_ready(&table, &new.user), -EPERM);
	leave(&same);
	assert_int_equal(export_ready(&table, &newer.user), -EINPROGRESS);
	leave(&new);
	assert_int_equal(export_ready(&table, &newer.user), 0);
	leave(&newer);
	leave(&plain);

	/* The epoch outlives its connections, and so do the numbers below. */
	assert_int_equal(join(&late, "v?epoch=4"), -EPERM);
	assert_int_equal(join(&late, "v?epoch=5"), 0);
	leave(&late);
	leave(&late);
}

#define R "&readonly=1"

/* They come and go with a session, and nothing is otherwise because of them. */
static void readers(void **state)
{
	struct client a, b, r, plain;
	uint64_t size;
	struct name name;

	assert_int_equal(join(&r, "v?epoch=3" R), -ENOENT);
	assert_int_equal(join(&r, "v?readonly=1"), -ENOENT);
	assert_int_equal(name_parse("v?readonly=1", 12, &name, why), 0);
	assert_int_equal(export_peek(&table, &name, &size, why), -ENOENT);

	assert_int_equal(join(&plain, "v"), 0);
	assert_int_equal(join(&r, "v?epoch=3" R), -EPERM);
	assert_int_equal(join(&a, "v?epoch=3&client=ha"), 0);
	assert_int_equal(join(&r, "v?epoch=2&client=ha" R), -EPERM);
	assert_int_equal(join(&r, "v?epoch=4&client=ha" R), -EPERM);
	assert_int_equal(join(&r, "v?epoch=3&client=hb" R), -EPERM);
	assert_int_equal(join(&r, "v?epoch=3&client=ha" R "&class=critical"), 0);
	assert_null(r.user.export->class);
	assert_false(export_fenced(&a.user));

	assert_int_equal(join(&b, "v?epoch=4&client=ha"), -EINPROGRESS);
	assert_true(export_fenced(&r.user));
	leave(&a);
	assert_int_equal(export_ready(&table, &b.user), -EINPROGRESS);
	leave(&r);
	assert_int_equal(export_ready(&table, &b.user), 0);
	leave(&b);
	assert_int_equal(join(&r, "v?readonly=1"), 0);
	assert_int_equal(r.user.export->epoch, 4);
	leave(&r);
	leave(&plain);
}

static void epoch_zero(void **state)
{
	struct client a, b;

	assert_int_equal(join(&a, "v?epoch=0"), 0);
	assert_int_equal(join(&b, "v?epoch=1"), -EINPROGRESS);
	leave(&a);
	assert_int_equal(export_ready(&table, &b.user), 0);
	leave(&b);
	assert_int_equal(join(&a, "v?epoch=0"), -EPERM);
}

#define A "v?client=ha&claim=a&epoch="
#define B "v?client=hb&claim=b&epoch="
#define C "v?client=hc&claim=c&epoch="

/* A page is written. */
static void fill(struct client *c)
{
	assert_int_equal(space_write_begin(c->user.export->space, 0, 1), 0);
	space_unpin(c->user.export->space, 0, 1);
}

static void one_owner(void **state)
{
	struct client a, b, plain;

	assert_int_equal(join(&a, A "900"), 0);
	fill(&a);
	assert_int_equal(join(&b, B "5"), -EPERM);
	assert_string_equal(strtok(why, ":"), "in-use-by=ha");
	assert_int_equal(join(&b, "v?client=ha&claim=b&epoch=999"), -EPERM);
	assert_int_equal(join(&b, "v?client=ha&epoch=999"), -EPERM);
	assert_int_equal(join(&b, "v?epoch=999"), -EPERM);
	assert_false(export_fenced(&a.user));
	/* Also while the owner is not there; plain clients own nothing. */
	leave(&a);
	assert_int_equal(join(&b, B "999"), -EPERM);
	assert_int_equal(join(&plain, "v?client=hb"), 0);
	assert_int_equal(join(&a, "v?client=renamed&claim=a&epoch=901"), 0);
	assert_int_equal(join(&b, B "999"), -EPERM);
	assert_string_equal(strtok(why, ":"), "in-use-by=renamed");
	leave(&a);
	leave(&plain);
}

/* Without a session and a page it is nobody's, but for those that have lost it. */
static void vacant(void **state)
{
	struct client a, b, c, plain;

	assert_int_equal(join(&b, B "900"), 0);
	assert_int_equal(join(&plain, "v?client=ha"), 0);
	assert_int_equal(join(&a, A "5"), -EPERM);
	leave(&b);
	/* Its epochs are its own; those of the new owner count from now on. */
	assert_int_equal(join(&a, A "5"), 0);
	assert_int_equal(join(&b, B "901"), -EPERM);
	assert_string_equal(strtok(why, ":"), "in-use-by=ha");
	leave(&a);
	assert_int_equal(join(&a, A "4"), -EPERM);
	assert_non_null(strstr(why, "epoch 5"));
	assert_int_equal(join(&a, A "5"), 0);
	fill(&a);
	leave(&a);
	assert_int_equal(join(&b, B "901"), -EPERM);
	assert_string_equal(strtok(why, ":"), "in-use-by=ha");
	/* A page written by a plain client is its owner's, too. */
	space_trim(plain.user.export->space, 0, PAGE);
	assert_int_equal(join(&b, B "901"), 0);
	leave(&b);
	fill(&plain);
	assert_int_equal(join(&a, A "5"), -EPERM);
	space_trim(plain.user.export->space, 0, PAGE);

	/* A takeover is one also of a vacant export, and for good. */
	assert_int_equal(join(&c, C "1&takeover=1"), 0);
	leave(&c);
	assert_int_equal(join(&b, B "902"), -EPERM);
	assert_string_equal(strtok(why, ":"), "taken-over-by=hc");
	assert_int_equal(join(&a, A "6"), 0);
	leave(&a);
	leave(&plain);
}

#define ORPHAN "18446744073709551615&orphan=1"

static int peek(const char *text)
{
	struct name name;
	uint64_t size;

	assert_int_equal(name_parse(text, strlen(text), &name, why), 0);
	return export_peek(&table, &name, &size, why);
}

/* What an owner has left behind, and nothing else, can be cleared up. */
static void orphan(void **state)
{
	struct client a, b, o, plain;

	/* It makes none, and nobody becomes an owner so. */
	assert_int_equal(join(&o, A ORPHAN), -ENOENT);
	assert_int_equal(peek(A ORPHAN), -ENOENT);
	assert_int_equal(join(&plain, "v"), 0);
	assert_int_equal(join(&o, A ORPHAN), -EPERM);
	assert_non_null(strstr(why, "not of that claim"));

	/* The owner lives: it is not disturbed. */
	assert_int_equal(join(&a, A "900"), 0);
	assert_int_equal(join(&o, A ORPHAN), -EPERM);
	assert_string_equal(strtok(why, ":"), "in-session=ha");
	fill(&a);
	assert_int_equal(join(&o, B ORPHAN), -EPERM);
	assert_string_equal(strtok(why, ":"), "in-use-by=ha");
	assert_int_equal(join(&o, A ORPHAN), -EPERM);
	assert_false(export_fenced(&a.user));
	leave(&a);

	/* It does not, and comes too late to write what has been cleared. */
	assert_int_equal(peek(A ORPHAN), 0);
	assert_int_equal(join(&o, A ORPHAN), 0);
	assert_int_equal(join(&a, A "901"), -EPERM);
	space_trim(o.user.export->space, 0, PAGE);
	leave(&o);
	assert_int_equal(join(&o, A ORPHAN), 0);
	leave(&o);

	/* Another has it, vacant or not, or has taken it over. */
	assert_int_equal(join(&b, B "1"), 0);
	assert_int_equal(join(&o, A ORPHAN), -EPERM);
	leave(&b);
	assert_int_equal(join(&o, A ORPHAN), -EPERM);
	assert_non_null(strstr(why, "not of that claim"));
	assert_int_equal(join(&a, A "1&takeover=1"), 0);
	leave(&a);
	assert_int_equal(join(&o, B ORPHAN), -EPERM);
	assert_string_equal(strtok(why, ":"), "taken-over-by=ha");
	leave(&plain);
}

static void takeover(void **state)
{
	struct client a, b, c, again, plain;

	assert_int_equal(join(&a, A "900"), 0);
	assert_int_equal(join(&plain, "v"), 0);
	/* Epochs of different hosts are not compared. */
	assert_int_equal(join(&b, B "5&takeover=1"), -EINPROGRESS);
	assert_true(export_fenced(&a.user));
	assert_false(export_fenced(&plain.user));
	assert_int_equal(export_ready(&table, &b.user), -EINPROGRESS);
	assert_int_equal(join(&again, A "901"), -EPERM);
	assert_string_equal(strtok(why, ":"), "taken-over-by=hb");
	assert_int_equal(join(&again, A "901&takeover=1"), -EPERM);
	assert_string_equal(strtok(why, ":"), "taken-over-by=hb");
	leave(&a);
	assert_int_equal(export_ready(&table, &b.user), 0);

	/* To ask again for what is one's own already changes nothing. */
	assert_int_equal(join(&again, B "5&takeover=1"), 0);
	assert_false(export_fenced(&b.user));
	leave(&again);
	assert_int_equal(join(&again, B "4&takeover=1"), -EPERM);
	assert_non_null(strstr(why, "epoch 5"));

	/* The former owners stay former ones. */
	leave(&b);
	assert_int_equal(join(&c, C "1&takeover=1"), 0);
	assert_int_equal(join(&b, B "9&takeover=1"), -EPERM);
	assert_string_equal(strtok(why, ":"), "taken-over-by=hc");
	assert_int_equal(join(&again, A "950"), -EPERM);
	assert_string_equal(strtok(why, ":"), "taken-over-by=hc");
	leave(&c);
	leave(&plain);
}

static void takeover_of_waiting(void **state)
{
	struct client a, b, c;

	assert_int_equal(join(&a, A "1"), 0);
	assert_int_equal(join(&b, B "1&takeover=1"), -EINPROGRESS);
	assert_int_equal(join(&c, C "1&takeover=1"), -EINPROGRESS);
	assert_int_equal(export_ready(&table, &b.user), -EPERM);
	leave(&a);
	assert_int_equal(export_ready(&table, &c.user), -EINPROGRESS);
	leave(&b);
	assert_int_equal(export_ready(&table, &c.user), 0);
	leave(&c);
}

static void takeovers_are_bounded(void **state)
{
	struct client c;
	char text[80];
	int i;

	for (i = 0; i <= EXPORT_FORMERS_MAX; i++) {
		snprintf(text, sizeof(text), "v?claim=c%d&epoch=1&takeover=1", i);
		assert_int_equal(join(&c, text), 0);
		leave(&c);
	}
	assert_int_equal(join(&c, A "1&takeover=1"), -EPERM);
	assert_non_null(strstr(why, "another name"));
}

static void peek_changes_nothing(void **state)
{
	struct client a;
	struct name name;
	uint64_t size;

	assert_int_equal(join(&a, "v?epoch=3"), 0);
	name_parse("v?epoch=9", 9, &name, why);
	assert_int_equal(export_peek(&table, &name, &size, why), 0);
	assert_false(export_fenced(&a.user));
	name_parse("v?epoch=2", 9, &name, why);
	assert_int_equal(export_peek(&table, &name, &size, why), -EPERM);
	name_parse("v?epoch=9&client=o&takeover=1", 29, &name, why);
	assert_int_equal(export_peek(&table, &name, &size, why), 0);
	assert_false(export_fenced(&a.user));
	name_parse("v?epoch=9&client=o", 18, &name, why);
	assert_int_equal(export_peek(&table, &name, &size, why), -EPERM);
	name_parse("w?size=4096", 11, &name, why);
	assert_int_equal(export_peek(&table, &name, &size, why), 0);
	assert_int_equal(size, 4096);
	leave(&a);
}

static int count(void)
{
	char name[NETRAM_EXPORT_MAX + 1];
	unsigned int cursor = 0;
	int n = 0;

	while (export_next_name(&table, &cursor, name))
		n++;
	return n;
}

static void bounds(void **state)
{
	struct client used, c, d;

	assert_int_equal(export_declare(&table, "declared", PAGE), 0);
	assert_int_equal(export_declare(&table, "declared", PAGE), -EEXIST);
	assert_int_equal(join(&used, "used"), 0);
	assert_int_equal(join(&c, "paged"), 0);
	assert_int_equal(space_write_begin(c.user.export->space, 0, 1), 0);
	space_unpin(c.user.export->space, 0, 1);
	leave(&c);
	assert_int_equal(join(&c, "empty1"), 0);
	assert_int_equal(join(&d, "empty2"), -ENOSPC);
	assert_non_null(strstr(why, "no room"));
	leave(&c);
	assert_int_equal(join(&d, "empty2"), 0);
	leave(&d);
	assert_int_equal(count(), 4);
	leave(&used);
}

/* As many files as are open now, and @more. */
static void bound_files(unsigned int more)
{
	struct rlimit r;
	int fd = dup(0);

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &r), 0);
	r.rlim_cur = (unsigned int)fd + more;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &r), 0);
}

static bool there(const char *text)
{
	char name[NETRAM_EXPORT_MAX + 1];
	unsigned int cursor = 0;

	while (export_next_name(&table, &cursor, name))
		if (!strcmp(name, text))
			return true;
	return false;
}

/* An export that nobody uses and that has no page gives its file to others. */
static void no_files(void **state)
{
	struct rlimit r;
	struct client a, b, c;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &r), 0);
	bound_files(2);
	assert_int_equal(join(&a, "empty"), 0);
	leave(&a);
	assert_int_equal(join(&a, "trimmed"), 0);
	fill(&a);
	space_trim(a.user.export->space, 0, PAGE);
	leave(&a);
	assert_int_equal(join(&a, "new"), 0);
	assert_int_equal(join(&b, "newer"), 0);
	fill(&b);
	leave(&b);
	/* The one is in use, the other has a page. */
	assert_int_equal(join(&c, "newest"), -ENOSPC);
	assert_int_equal(join(&c, "empty"), -ENOSPC);
	assert_int_equal(count(), 4);
	leave(&a);
	assert_int_equal(join(&c, "empty"), 0);
	leave(&c);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &r), 0);
}

static unsigned int spaces(void)
{
	unsigned int nr = 0;
	struct space *sp;

	for (sp = store.spaces; sp; sp = sp->next)
		nr++;
	return nr;
}

/* Of one that nobody uses and that has no page all is kept but its space. */
static void unused(void **state)
{
	struct client a, b, plain;

	assert_int_equal(export_declare(&table, "declared", PAGE), 0);
	assert_int_equal(join(&a, "declared"), 0);
	leave(&a);
	assert_int_equal(spaces(), 1);

	assert_int_equal(join(&a, A "7&size=8192"), 0);
	assert_int_equal(join(&plain, "v"), 0);
	leave(&a);
	assert_int_equal(spaces(), 2);
	leave(&plain);
	assert_int_equal(spaces(), 1);
	assert_int_equal(join(&a, A "6"), -EPERM);
	assert_int_equal(join(&a, A "8&size=4096"), -EINVAL);
	assert_int_equal(spaces(), 1);
	assert_int_equal(join(&a, A "8"), 0);
	assert_int_equal(a.user.export->space->size, 8192);

	/* With a page it stays. */
	fill(&a);
	leave(&a);
	assert_int_equal(spaces(), 2);
	assert_int_equal(join(&a, A "9"), 0);
	assert_int_equal(space_present(a.user.export->space), 1);

	/* One that is fenced is a user until it leaves. */
	assert_int_equal(join(&b, A "10"), -EINPROGRESS);
	space_trim(a.user.export->space, 0, PAGE);
	leave(&b);
	assert_int_equal(spaces(), 2);
	/* Idle pages are given back first, meanwhile there is another. */
	leave(&a);
	assert_int_equal(store.retired, 1);
	assert_int_equal(join(&a, A "10"), 0);
	assert_int_equal(space_present(a.user.export->space), 0);
	assert_int_equal(spaces(), 3);
	sweep_round(&store);
	assert_int_equal(spaces(), 3);
	sweep_round(&store);
	assert_int_equal(spaces(), 2);
	assert_int_equal(store.retired, 0);
	leave(&a);
	assert_int_equal(spaces(), 1);
}

/* Room for another is made of those first that have promised nothing. */
static void promises(void **state)
{
	struct client a;

	assert_int_equal(join(&a, A "1"), 0);
	leave(&a);
	assert_int_equal(join(&a, A ORPHAN), 0);
	leave(&a);
	assert_int_equal(join(&a, "taken?epoch=1&client=a"), 0);
	leave(&a);
	assert_int_equal(join(&a, "taken?epoch=1&client=b&takeover=1"), 0);
	leave(&a);
	assert_int_equal(join(&a, "plain"), 0);
	leave(&a);
	assert_int_equal(join(&a, "epoch?epoch=5"), 0);
	leave(&a);
	assert_int_equal(join(&a, "new"), 0);
	leave(&a);
	assert_int_equal(join(&a, "newer"), 0);
	leave(&a);
	assert_int_equal(count(), 4);
	assert_true(there("v"));
	assert_true(there("taken"));
	assert_int_equal(join(&a, A "2"), -EPERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sizes, setup, teardown),
		cmocka_unit_test_setup_teardown(fence, setup, teardown),
		cmocka_unit_test_setup_teardown(readers, setup, teardown),
		cmocka_unit_test_setup_teardown(epoch_zero, setup, teardown),
		cmocka_unit_test_setup_teardown(one_owner, setup, teardown),
		cmocka_unit_test_setup_teardown(vacant, setup, teardown),
		cmocka_unit_test_setup_teardown(orphan, setup, teardown),
		cmocka_unit_test_setup_teardown(takeover, setup, teardown),
		cmocka_unit_test_setup_teardown(takeover_of_waiting, setup, teardown),
		cmocka_unit_test_setup_teardown(takeovers_are_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(peek_changes_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(bounds, setup, teardown),
		cmocka_unit_test_setup_teardown(no_files, setup, teardown),
		cmocka_unit_test_setup_teardown(unused, setup, teardown),
		cmocka_unit_test_setup_teardown(promises, setup, teardown),
	};

	return cmocka_run_group_tests_name("server_export", tests, NULL, NULL);
}
