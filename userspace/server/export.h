/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Exports: named spaces, who uses them, whose they are, and the fence between
 * sessions. The locking is described in export.c.
 */
#ifndef EXPORT_H
#define EXPORT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "name.h"
#include "store.h"

struct export;

/**
 * struct export_user - one connection's hold on an export
 * @export: NULL while it holds none
 * @prev: in the export's list; guarded by the table's lock
 * @next: likewise
 * @epoch: of the session it belongs to
 * @reign: the export's when it joined
 * @has_epoch: false: a plain client, outside the fence
 * @fenced: set once, by any thread: a newer session wants this one gone
 * @wake: any thread, the table's lock held: look at @fenced and
 *        export_ready() again soon. Must not block or call back.
 */
struct export_user {
	struct export *export;
	struct export_user *prev;
	struct export_user *next;
	uint64_t epoch;
	uint64_t reign;
	bool has_epoch;
	bool fenced;
	void (*wake)(struct export_user *user);
};

/* So often an export can be taken over in its life. */
#define EXPORT_FORMERS_MAX 256

/**
 * struct owner - the one host, or volume of a host, that may have sessions
 * @client: its name, for people
 * @claim: what it is told by; where it has none, by @client
 */
struct owner {
	char client[NETRAM_NAME_MAX + 1];
	char claim[NETRAM_NAME_MAX + 1];
};

/*
 * All that is told of it elsewhere stays when nobody uses it and no page is there,
 * but its space goes: bookkeeping of what was written once, address space, a file.
 */
struct export {
	char name[NETRAM_EXPORT_MAX + 1];
	char client[NETRAM_NAME_MAX + 1];
	const char *class;
	uint64_t size;
	struct space *space;	/* NULL: it has no user and no page */
	struct export_user *users;
	unsigned int nr_users;
	struct owner owner;	/* valid if has_epoch */
	struct owner *formers;	/* @reign of them, from whom it was taken */
	uint64_t reign;		/* counts takeovers */
	uint64_t epoch;		/* highest seen of @owner; valid if has_epoch */
	bool has_epoch;
	bool declared;		/* by --export: never dropped */
};

struct export_table {
	pthread_mutex_t lock;
	struct store *store;
	struct export **slots;	/* @max of them, some NULL */
	unsigned int max;
	uint64_t default_size;
};

int export_table_init(struct export_table *t, struct store *store,
		      unsigned int max, uint64_t default_size);
/* No users are left. */
void export_table_exit(struct export_table *t);

/* Makes an export that exists before anybody asks for it. 0 or -errno. */
int export_declare(struct export_table *t, const char *name, uint64_t size);

/*
 * Joins @user to the export, which is made if there is none.
 *   0             joined, requests may come
 *   -EINPROGRESS  joined, but requests must wait for export_ready()
 *   -EINVAL       the name asks for what is not so; @why says what
 *   -EPERM        a newer session has been here, or it is another host's, or a
 *                 read-only one belongs to none, or an orphan is none; @why says which
 *   -ENOENT       there is none, and such a session makes none
 *   -ENOSPC       no room for one more export
 */
int export_join(struct export_table *t, const struct name *name,
		struct export_user *user, char *why);

/* For one told to wait: 0, -EINPROGRESS, or -EPERM if fenced itself now. */
int export_ready(struct export_table *t, struct export_user *user);

/* No request of @user can touch the space any more. Harmless if never joined. */
void export_leave(struct export_table *t, struct export_user *user);

/* What export_join() would give, changing nothing: 0 and *size, or as there. */
int export_peek(struct export_table *t, const struct name *name,
		uint64_t *size, char *why);

/*
 * Name of the first export at or after slot *cursor, which is moved past it.
 * False at the end. @name: NETRAM_EXPORT_MAX + 1 bytes.
 */
bool export_next_name(struct export_table *t, unsigned int *cursor,
		      char *name);

/**
 * struct export_info - an export as it is at the moment
 * @name: its name
 * @client: who uses it, or ""
 * @class: or ""
 * @size: bytes
 * @used: bytes of pages present
 * @epoch: the highest seen
 * @reign: how often it was taken over
 * @connections: that use it
 */
struct export_info {
	char name[NETRAM_EXPORT_MAX + 1];
	char client[NETRAM_NAME_MAX + 1];
	const char *class;
	uint64_t size;
	uint64_t used;
	uint64_t epoch;
	uint64_t reign;
	unsigned int connections;
};

/* *nr exports, to be freed; NULL: no memory. For telling of them, at leisure. */
struct export_info *export_list(struct export_table *t, unsigned int *nr);

static inline bool export_fenced(const struct export_user *user)
{
	return __atomic_load_n(&user->fenced, __ATOMIC_ACQUIRE);
}

#endif /* EXPORT_H */
