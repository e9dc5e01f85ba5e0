// SPDX-License-Identifier: GPL-2.0
/*
 * The table of exports and the fence.
 *
 * Locking. One mutex, table->lock, guards everything here: slots, user lists,
 * epochs. It is taken when a connection comes, goes or asks for the list, never
 * for a request. It is a leaf but for user->wake(), which may take a loop's
 * inbox lock. The store takes one of its own, below them, when there is no memory
 * left but what was trimmed, and when a space comes or goes.
 *
 * What it costs. An export that nobody uses and that has no page keeps its name, size,
 * epoch and owners, since all the promises below are made of these. Its space goes
 * with the last connection, and is made anew for the next.
 *
 * The fence. Promise: when the GO of epoch E has been answered, no request of a
 * connection with an epoch below E changes the export any more. How:
 *
 *  1. export_join(E), under the lock, raises export->epoch to E, so that from
 *     here on a lower one is refused, and adds the new user to the list, so that
 *     a still higher one fences it in turn.
 *  2. Under the same lock it marks every user with a lower epoch fenced and
 *     wakes the thread that owns it. The new user is answered only when no lower
 *     epoch is left in the list (-EINPROGRESS until then).
 *  3. A user leaves the list in export_leave() only, called by the thread that
 *     owns the connection and moves its bytes, hence while no receive writes a
 *     payload into pages and no request is inside the store. Everything it did
 *     to the store happened before it took the lock to leave, hence before the
 *     new user, taking the lock after, found it gone.
 *  4. export_leave() wakes those who wait; they ask export_ready() again,
 *     which also tells them whether they have been fenced meanwhile.
 *
 * Whose it is. The first session with an epoch makes its host the export's owner;
 * sessions of others are refused, also while the owner has no connection but has
 * pages here, unless they ask for a takeover. That makes them the owner, counts the reign up, and
 * fences all sessions of the reigns before as if their epochs were lower: epochs
 * of different hosts say nothing about one another. Who has lost an export so is
 * remembered and never let in again, not even with a takeover.
 *
 * Read-only sessions change nothing here either: they make no export, own none,
 * raise no epoch and fence nobody. One with an epoch belongs to the session that has
 * that epoch, and goes when that is fenced.
 *
 * An orphan session clears up after its owner, who is gone for good: with the same
 * claim, and only if none of that owner's sessions is there. So it takes nothing from
 * anybody, be it that another host has the export by now, or that the owner lives.
 *
 * The owner of a connection that never drains would hold up its successor, not
 * endanger it: the successor's handshake times out and is tried again.
 */
#include "export.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sweep.h"

int export_table_init(struct export_table *t, struct store *store,
		      unsigned int max, uint64_t default_size)
{
	t->store = store;
	t->max = max;
	t->default_size = default_size;
	t->slots = calloc(max, sizeof(*t->slots));
	if (!t->slots)
		return -ENOMEM;
	pthread_mutex_init(&t->lock, NULL);
	return 0;
}

static void destroy(struct export *e)
{
	if (e->space)
		space_destroy(e->space);
	free(e->formers);
	free(e);
}

void export_table_exit(struct export_table *t)
{
	unsigned int i;

	for (i = 0; i < t->max; i++)
		if (t->slots[i])
			destroy(t->slots[i]);
	sweep_out(t->store);
	free(t->slots);
	pthread_mutex_destroy(&t->lock);
}

static struct export *find(const struct export_table *t, const char *name)
{
	unsigned int i;

	for (i = 0; i < t->max; i++)
		if (t->slots[i] && !strcmp(t->slots[i]->name, name))
			return t->slots[i];
	return NULL;
}

static uint64_t pages_used(const struct export *e)
{
	return e->space ? space_present(e->space) : 0;
}

/* Nobody would miss it: made on demand, unused, and without a page. */
static bool droppable(const struct export *e)
{
	return !e->declared && !e->nr_users && !pages_used(e);
}

/*
 * What its going would let somebody in for who was promised to be kept out: those it
 * was taken from, or one whose last session has been.
 */
static uint64_t promises(const struct export *e)
{
	return e->reign + (e->has_epoch && e->epoch == UINT64_MAX);
}

/*
 * Drop an empty export; false: there is none. That forgets its epoch and owner
 * too, which fence nothing while nobody is connected and no page is held. Those
 * that have promised something are the last to go.
 */
static bool drop_one(struct export_table *t)
{
	struct export **drop = NULL;
	unsigned int i;

	for (i = 0; i < t->max; i++)
		if (t->slots[i] && droppable(t->slots[i]) &&
		    (!drop || promises(t->slots[i]) < promises(*drop)))
			drop = &t->slots[i];
	if (!drop)
		return false;
	destroy(*drop);
	*drop = NULL;
	return true;
}

static struct export **free_slot(struct export_table *t)
{
	unsigned int i;

	do {
		for (i = 0; i < t->max; i++)
			if (!t->slots[i])
				return &t->slots[i];
	} while (drop_one(t));
	return NULL;
}

/* What memfd_create() takes of a name. */
#define MEMFD_NAME	249

/*
 * Spaces that are about to go hold address space and files, too, that may be all
 * there are. The export's name is for those who look into /proc.
 */
static int add_space(struct export_table *t, struct export *e)
{
	char shown[MEMFD_NAME + 1];
	int ret;

	snprintf(shown, sizeof(shown), "netram-%.*s",
		 MEMFD_NAME - (int)strlen("netram-"), e->name);
	do {
		ret = space_create(t->store, e->size, shown, &e->space);
	} while (ret && sweep_out(t->store));
	return ret;
}

static int create(struct export_table *t, const char *name, uint64_t size,
		  struct export **made)
{
	struct export *e = calloc(1, sizeof(*e));
	struct export **slot;
	int ret;

	if (!e)
		return -ENOMEM;
	strcpy(e->name, name);
	e->size = size;
	ret = add_space(t, e);
	if (ret)
		goto err_export;
	slot = free_slot(t);
	if (!slot) {
		ret = -ENOSPC;
		goto err_space;
	}
	*slot = *made = e;
	return 0;

err_space:
	space_destroy(e->space);
err_export:
	free(e);
	return ret;
}

/* The space of one that nobody uses and that has no page. It is the caller's now. */
static struct space *take_unneeded(struct export *e)
{
	struct space *sp = e->space;

	if (!droppable(e))
		return NULL;
	e->space = NULL;
	return sp;
}

int export_declare(struct export_table *t, const char *name, uint64_t size)
{
	struct export *e;
	int ret;

	if (find(t, name))
		return -EEXIST;
	ret = create(t, name, size, &e);
	if (!ret)
		e->declared = true;
	return ret;
}

static uint64_t wanted_size(const struct export_table *t,
			    const struct name *name)
{
	return name->size ? name->size : t->default_size;
}

/* A claim is unique; without, hosts are told apart by their names only. */
static bool is(const struct owner *owner, const struct name *name)
{
	return !strcmp(owner->claim, name->claim) &&
	       (name->claim[0] || !strcmp(owner->client, name->client));
}

static bool is_former(const struct export *e, const struct name *name)
{
	uint64_t i;

	for (i = 0; i < e->reign; i++)
		if (is(&e->formers[i], name))
			return true;
	return false;
}

static bool has_sessions(const struct export *e)
{
	const struct export_user *u;

	for (u = e->users; u; u = u->next)
		if (u->has_epoch)
			return true;
	return false;
}

/*
 * An owner without a session and without a page has nothing here that another host
 * could destroy. It may have been let in by a server that had just lost all, and have
 * been refused by all others: then the host that has the volume must get back in.
 */
static bool is_vacant(const struct export *e)
{
	return !pages_used(e) && !has_sessions(e);
}

/*
 * Plain clients, without an epoch, are outside all this. Who takes an export over
 * wants its owner out for good, so that is recorded, be it vacant or not.
 */
static bool is_stranger(const struct export *e, const struct name *name)
{
	if (!name->has_epoch || !e->has_epoch || is(&e->owner, name))
		return false;
	return name->takeover || is_former(e, name) || !is_vacant(e);
}

/* The first words are for programs, see Documentation/protocol.md. */
static int check_stranger(const struct export *e, const struct name *name,
			  char *why)
{
	const char *owner = e->owner.client[0] ? e->owner.client : "unknown";

	if (is_former(e, name))
		snprintf(why, NAME_WHY_MAX,
			 "taken-over-by=%s: it has taken this export from you for good",
			 owner);
	else if (!name->takeover)
		snprintf(why, NAME_WHY_MAX,
			 "in-use-by=%s: takeover=1 would take this export from it for good",
			 owner);
	else if (e->reign == EXPORT_FORMERS_MAX)
		snprintf(why, NAME_WHY_MAX,
			 "this export was taken over %d times: use another name",
			 EXPORT_FORMERS_MAX);
	else
		return 0;
	return -EPERM;
}

/* It looks at what a session sees, so that must be there. */
static int check_reader(const struct export *e, const struct name *name,
			char *why)
{
	if (e->has_epoch && is(&e->owner, name) && name->epoch == e->epoch)
		return 0;
	snprintf(why, NAME_WHY_MAX,
		 "there is no session of epoch %llu that a read-only one could join",
		 (unsigned long long)name->epoch);
	return -EPERM;
}

/* It is its own, and nobody's who is still there? */
static int check_orphan(const struct export *e, const struct name *name,
			char *why)
{
	if (!e->has_epoch || !is(&e->owner, name))
		snprintf(why, NAME_WHY_MAX,
			 "this export is not of that claim, or not any more");
	else if (has_sessions(e))
		snprintf(why, NAME_WHY_MAX,
			 "in-session=%s: its owner is connected",
			 e->owner.client[0] ? e->owner.client : "unknown");
	else
		return 0;
	return -EPERM;
}

/* Does the name go with the export that is there? */
static int check_existing(const struct export *e, const struct name *name,
			  char *why)
{
	if (name->size && name->size != e->size) {
		snprintf(why, NAME_WHY_MAX,
			 "the export exists with %llu bytes, not %llu",
			 (unsigned long long)e->size,
			 (unsigned long long)name->size);
		return -EINVAL;
	}
	if (is_stranger(e, name))
		return check_stranger(e, name, why);
	if (name->readonly && name->has_epoch)
		return check_reader(e, name, why);
	if (name->orphan && check_orphan(e, name, why))
		return -EPERM;
	/* Epochs of different hosts say nothing about one another. */
	if (name->has_epoch && e->has_epoch && is(&e->owner, name) &&
	    name->epoch < e->epoch) {
		snprintf(why, NAME_WHY_MAX,
			 "epoch %llu is over: epoch %llu has been here",
			 (unsigned long long)name->epoch,
			 (unsigned long long)e->epoch);
		return -EPERM;
	}
	return 0;
}

/* Who only looks, or clears up, needs something that is there. */
static bool makes_none(const struct name *name)
{
	return name->readonly || name->orphan;
}

static int no_export(char *why)
{
	snprintf(why, NAME_WHY_MAX,
		 "there is no such export, and such a session makes none");
	return -ENOENT;
}

/* The export, with a space. */
static int find_or_create(struct export_table *t, const struct name *name,
			  struct export **found, char *why)
{
	int ret;

	*found = find(t, name->export);
	if (!*found && makes_none(name))
		return no_export(why);
	ret = *found ? check_existing(*found, name, why) : 0;
	if (ret)
		return ret;
	if (!*found)
		ret = create(t, name->export, wanted_size(t, name), found);
	else if (!(*found)->space)
		ret = add_space(t, *found);
	if (!ret)
		return 0;
	snprintf(why, NAME_WHY_MAX,
		 "no room for another export (of %u, or no address space or files)",
		 t->max);
	return -ENOSPC;
}

static bool below(const struct export_user *user,
		  const struct export_user *other)
{
	if (!user->has_epoch)
		return false;
	return user->reign < other->reign ||
	       (user->reign == other->reign && user->epoch < other->epoch);
}

/* True: somebody of an older session is still there. */
static bool older_left(const struct export_user *user)
{
	const struct export_user *u;

	for (u = user->export->users; u; u = u->next)
		if (below(u, user))
			return true;
	return false;
}

static void fence_below(const struct export_user *user)
{
	struct export_user *u;

	for (u = user->export->users; u; u = u->next) {
		if (below(u, user)) {
			__atomic_store_n(&u->fenced, true, __ATOMIC_RELEASE);
			u->wake(u);
		}
	}
}

static void link_user(struct export *e, struct export_user *user)
{
	user->export = e;
	user->prev = NULL;
	user->next = e->users;
	if (e->users)
		e->users->prev = user;
	e->users = user;
	e->nr_users++;
}

static void unlink_user(struct export *e, struct export_user *user)
{
	if (user->prev)
		user->prev->next = user->next;
	else
		e->users = user->next;
	if (user->next)
		user->next->prev = user->prev;
	e->nr_users--;
	user->export = NULL;
}

static void describe(struct export *e, const struct name *name)
{
	if (name->client[0])
		strcpy(e->client, name->client);
	if (name->class)
		e->class = name->class;
}

static int depose(struct export *e, char *why)
{
	size_t size = (e->reign + 1) * sizeof(*e->formers);
	struct owner *formers = realloc(e->formers, size);

	if (!formers) {
		snprintf(why, NAME_WHY_MAX, "out of memory");
		return -ENOSPC;
	}
	formers[e->reign++] = e->owner;
	e->formers = formers;
	return 0;
}

/* Sessions without an epoch own nothing. */
static void own(struct export *e, const struct name *name)
{
	e->has_epoch = true;
	e->epoch = name->epoch;
	strcpy(e->owner.client, name->client);
	strcpy(e->owner.claim, name->claim);
}

static int join(struct export *e, const struct name *name,
		struct export_user *user, char *why)
{
	int ret = is_stranger(e, name) ? depose(e, why) : 0;

	if (ret)
		return ret;
	user->has_epoch = name->has_epoch;
	user->epoch = name->epoch;
	user->reign = e->reign;
	user->fenced = false;
	link_user(e, user);
	if (!name->readonly)
		describe(e, name);
	if (!name->has_epoch)
		return 0;
	if (!name->readonly) {
		own(e, name);
		fence_below(user);
	}
	return older_left(user) ? -EINPROGRESS : 0;
}

int export_join(struct export_table *t, const struct name *name,
		struct export_user *user, char *why)
{
	struct export *e;
	int ret;

	pthread_mutex_lock(&t->lock);
	ret = find_or_create(t, name, &e, why);
	if (!ret)
		ret = join(e, name, user, why);
	pthread_mutex_unlock(&t->lock);
	return ret;
}

int export_ready(struct export_table *t, struct export_user *user)
{
	int ret = 0;

	pthread_mutex_lock(&t->lock);
	if (user->fenced)
		ret = -EPERM;
	else if (user->has_epoch && older_left(user))
		ret = -EINPROGRESS;
	pthread_mutex_unlock(&t->lock);
	return ret;
}

void export_leave(struct export_table *t, struct export_user *user)
{
	struct export *e = user->export;
	struct export_user *u;
	struct space *sp;

	if (!e)
		return;
	pthread_mutex_lock(&t->lock);
	unlink_user(e, user);
	for (u = e->users; user->fenced && u; u = u->next)
		u->wake(u);
	sp = take_unneeded(e);
	pthread_mutex_unlock(&t->lock);
	if (sp)
		space_retire(sp);
}

int export_peek(struct export_table *t, const struct name *name,
		uint64_t *size, char *why)
{
	struct export *e;
	int ret = 0;

	pthread_mutex_lock(&t->lock);
	e = find(t, name->export);
	if (e)
		ret = check_existing(e, name, why);
	else if (makes_none(name))
		ret = no_export(why);
	*size = e ? e->size : wanted_size(t, name);
	pthread_mutex_unlock(&t->lock);
	return ret;
}

bool export_next_name(struct export_table *t, unsigned int *cursor,
		      char *name)
{
	bool found = false;

	pthread_mutex_lock(&t->lock);
	while (!found && *cursor < t->max) {
		struct export *e = t->slots[(*cursor)++];

		if (e)
			strcpy(name, e->name);
		found = e;
	}
	pthread_mutex_unlock(&t->lock);
	return found;
}

static void fill_info(struct export_info *info, const struct export *e)
{
	strcpy(info->name, e->name);
	strcpy(info->client, e->client);
	info->class = e->class ? e->class : "";
	info->size = e->size;
	info->used = pages_used(e) << NETRAM_PAGE_SHIFT;
	info->epoch = e->epoch;
	info->reign = e->reign;
	info->connections = e->nr_users;
}

static unsigned int count_exports(struct export_table *t)
{
	unsigned int i, nr = 0;

	pthread_mutex_lock(&t->lock);
	for (i = 0; i < t->max; i++)
		nr += t->slots[i] != NULL;
	pthread_mutex_unlock(&t->lock);
	return nr;
}

/* Memory is found outside of the lock, which connections wait for. */
struct export_info *export_list(struct export_table *t, unsigned int *nr)
{
	unsigned int i, room = count_exports(t);
	struct export_info *all = calloc(room ? room : 1, sizeof(*all));

	*nr = 0;
	if (!all)
		return NULL;
	pthread_mutex_lock(&t->lock);
	for (i = 0; i < t->max && *nr < room; i++)
		if (t->slots[i])
			fill_info(&all[(*nr)++], t->slots[i]);
	pthread_mutex_unlock(&t->lock);
	return all;
}
