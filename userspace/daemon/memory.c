// SPDX-License-Identifier: GPL-2.0
/*
 * The file. A volume is written there before it is created, so that there is no moment
 * in which a crash leaves pages that nobody knows of. Without the file netramd does all
 * else as ever: what is wrong with it is told, and it is begun anew.
 */
#include "memory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <systemd/sd-id128.h>
#include <unistd.h>

#include "common/put.h"
#include "common/swaps.h"
#include "log.h"

#define FILE_NAME	"volumes.json"

static void path_of(const struct memory *m, const char *suffix,
		    char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/" FILE_NAME "%s", m->dir, suffix);
}

/* ---- reading */

static bool get_text(struct json_object *o, const char *key, const char **text)
{
	struct json_object *value;

	if (!json_object_object_get_ex(o, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return false;
	*text = json_object_get_string(value);
	return true;
}

static bool get_id(struct json_object *o, const char *key,
		   char id[MEMORY_ID_SIZE])
{
	const char *text;

	if (!get_text(o, key, &text) || strlen(text) != MEMORY_ID_SIZE - 1)
		return false;
	strcpy(id, text);
	return true;
}

static bool get_bytes(struct json_object *o, const char *key, uint8_t bytes[16])
{
	const char *text;

	return get_text(o, key, &text) && !netram_uuid_parse(text, bytes);
}

/* false where there is none: those files are older */
static bool get_flag(struct json_object *o, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(o, key, &value) &&
	       json_object_get_boolean(value);
}

static bool get_volume(struct json_object *o, struct memory_volume *v)
{
	struct json_object *size;
	const char *name;

	if (!get_text(o, "name", &name) || !netram_name_valid(name) ||
	    !json_object_object_get_ex(o, "size_bytes", &size))
		return false;
	snprintf(v->name, sizeof(v->name), "%s", name);
	v->size = json_object_get_uint64(size);
	v->backup = get_flag(o, "backup");
	v->cleared = get_flag(o, "cleared");
	return get_bytes(o, "uuid", v->uuid) &&
	       get_bytes(o, "claim", v->claim) && get_id(o, "boot_id", v->boot);
}

static struct memory_volume *add(struct memory *m)
{
	struct memory_volume *more;

	more = realloc(m->volumes, (m->nr + 1) * sizeof(*more));
	if (!more)
		return NULL;
	m->volumes = more;
	more += m->nr++;
	memset(more, 0, sizeof(*more));
	return more;
}

static int get_volumes(struct memory *m, struct json_object *file)
{
	struct json_object *list;
	struct memory_volume *v;
	size_t i;

	if (!json_object_object_get_ex(file, "volumes", &list) ||
	    !json_object_is_type(list, json_type_array))
		return -EBADMSG;
	for (i = 0; i < json_object_array_length(list); i++) {
		v = add(m);
		if (!v)
			return -ENOMEM;
		if (!get_volume(json_object_array_get_idx(list, i), v))
			return -EBADMSG;
	}
	return 0;
}

/* -EXDEV: it is of another machine, which may well be alive. */
static int understand(struct memory *m, const char *text)
{
	struct json_object *file = json_tokener_parse(text);
	char machine[MEMORY_ID_SIZE];
	int err = -EBADMSG;

	if (json_object_is_type(file, json_type_object) &&
	    get_id(file, "machine_id", machine))
		err = strcmp(machine, m->machine) ? -EXDEV :
						    get_volumes(m, file);
	json_object_put(file);
	return err;
}

static int read_file(struct memory *m)
{
	char path[PATH_MAX], *text;
	int err;

	path_of(m, "", path);
	err = file_read(path, &text);
	if (err == -ENOENT)
		return 0;
	if (err)
		return err;
	err = understand(m, text);
	free(text);
	return err;
}

/* Somebody may still need it, and we the name. */
static void put_aside(const struct memory *m, const char *suffix,
		      const char *why)
{
	char path[PATH_MAX], aside[PATH_MAX];

	path_of(m, "", path);
	path_of(m, suffix, aside);
	if (rename(path, aside))
		log_line("%s %s, and cannot be put aside: %m; what volumes of an earlier boot have left on nodes is not freed",
			 path, why);
	else
		log_line("%s %s: it is %s now; what volumes of an earlier boot have left on nodes is not freed",
			 path, why, aside);
}

static void make_folder(const char *dir)
{
	if (mkdir(dir, 0700) && errno != EEXIST)
		log_line("%s: %m", dir);
}

/**
 * memory_load() - remember
 * @m: filled
 * @dir: the folder, kept
 * @machine: id of this machine; of another, nothing is believed
 * @boot: id of this boot
 */
void memory_load(struct memory *m, const char *dir, const char *machine,
		 const char *boot)
{
	char why[128];
	int err;

	*m = (struct memory){ .dir = dir };
	snprintf(m->machine, sizeof(m->machine), "%s", machine);
	snprintf(m->boot, sizeof(m->boot), "%s", boot);
	make_folder(dir);
	err = read_file(m);
	if (!err)
		return;
	free(m->volumes);
	m->volumes = NULL;
	m->nr = 0;
	if (err == -EXDEV) {
		put_aside(m, ".other", "is of another machine, which this one may be a copy of");
		return;
	}
	snprintf(why, sizeof(why), "cannot be used (%s)",
		 err == -EBADMSG ? "not as netramd writes it" : strerror(-err));
	put_aside(m, ".bad", why);
}

/**
 * memory_open() - remember what was in the folder of this machine
 * @m: filled
 * @dir: the folder, kept
 *
 * Where it cannot be told which machine and which boot this is, nothing is remembered.
 */
void memory_open(struct memory *m, const char *dir)
{
	char machine_id[MEMORY_ID_SIZE], boot_id[MEMORY_ID_SIZE];
	sd_id128_t machine, boot;
	int err = sd_id128_get_machine(&machine);

	*m = (struct memory){ 0 };
	if (err >= 0)
		err = sd_id128_get_boot(&boot);
	if (err < 0) {
		log_line("no id of this machine or boot (%s; see machine-id(5)): what volumes leave on nodes after a crash is not freed",
			 strerror(-err));
		return;
	}
	memory_load(m, dir, sd_id128_to_string(machine, machine_id),
		    sd_id128_to_string(boot, boot_id));
}

void memory_free(struct memory *m)
{
	free(m->volumes);
	*m = (struct memory){ 0 };
}

/* ---- writing */

static void put_bytes(struct json_object *o, const char *key,
		      const uint8_t bytes[16])
{
	char text[NETRAM_UUID_SIZE];

	netram_uuid_format(bytes, text);
	put_text(o, key, text);
}

static struct json_object *shape(const struct memory *m)
{
	struct json_object *file = json_object_new_object();
	struct json_object *list = json_object_new_array(), *o;
	const struct memory_volume *v;

	put_text(file, "machine_id", m->machine);
	for (v = m->volumes; v < m->volumes + m->nr; v++) {
		o = json_object_new_object();
		put_text(o, "name", v->name);
		put_bytes(o, "uuid", v->uuid);
		put_bytes(o, "claim", v->claim);
		put_u64(o, "size_bytes", v->size);
		put_text(o, "boot_id", v->boot);
		put_bool(o, "backup", v->backup);
		put_bool(o, "cleared", v->cleared);
		json_object_array_add(list, o);
	}
	put_object(file, "volumes", list);
	return file;
}

static int sync_folder(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err = 0;

	if (fd < 0 || fsync(fd))
		err = -errno;
	if (fd >= 0)
		close(fd);
	return err;
}

/* Who knows a claim is the owner, so it is for root only. */
static int write_new(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ssize_t len = (ssize_t)strlen(text);
	int err = 0;

	if (fd < 0)
		return -errno;
	errno = ENOSPC; /* where not all of it has room */
	if (write(fd, text, len) != len || fsync(fd))
		err = -errno;
	close(fd);
	return err;
}

/* There is the old one or the new one, whenever power fails. */
static int write_file(const struct memory *m, const char *text)
{
	char path[PATH_MAX], new[PATH_MAX];
	int err;

	path_of(m, "", path);
	path_of(m, ".new", new);
	err = write_new(new, text);
	if (!err && rename(new, path))
		err = -errno;
	return err ?: sync_folder(m->dir);
}

/* Swap matters more than what a crash may leave behind: it is told, once, and goes on. */
static void save(struct memory *m)
{
	struct json_object *file = shape(m);
	const char *text;
	int err;

	text = json_object_to_json_string_ext(file, JSON_C_TO_STRING_PRETTY);
	err = text ? write_file(m, text) : -ENOMEM;
	json_object_put(file);
	if (err && !m->unsaved)
		log_line("%s/" FILE_NAME " cannot be written (%s): what volumes leave on nodes after a crash is not freed",
			 m->dir, strerror(-err));
	m->unsaved = err;
}

/* ---- volumes */

/* Of this boot of the host. */
bool memory_is_current(const struct memory *m, const struct memory_volume *v)
{
	return !strcmp(v->boot, m->boot);
}

static int make_up(uint8_t id[16])
{
	return getrandom(id, 16, 0) == 16 ? 0 : -EIO;
}

/* As RFC 4122 has those that are random. */
static int make_uuid(uint8_t uuid[16])
{
	int err = make_up(uuid);

	uuid[6] = (uuid[6] & 0x0f) | 0x40;
	uuid[8] = (uuid[8] & 0x3f) | 0x80;
	return err;
}

static struct memory_volume *find_unborn(struct memory *m, const char *name)
{
	struct memory_volume *v;

	for (v = m->volumes; v < m->volumes + m->nr; v++)
		if (v->unborn && !strcmp(v->name, name))
			return v;
	return NULL;
}

static void drop(struct memory *m, const struct memory_volume *v)
{
	size_t i = (size_t)(v - m->volumes);

	memmove(&m->volumes[i], &m->volumes[i + 1],
		(--m->nr - i) * sizeof(*v));
}

/**
 * memory_begin() - a volume is about to be created
 * @m: the memory
 * @name: its name
 * @size: bytes
 * @uuid: what the file says, or NULL: one is made up
 * @backup: it has one
 *
 * What came to nothing is tried again as it was, so that one that is tried every few
 * seconds does not fill the file. When it exists memory_born() is told.
 *
 * Return: what to create it with, valid until the memory changes; NULL: nothing is
 * remembered, let the module make it up.
 */
struct memory_volume *memory_begin(struct memory *m, const char *name,
				   uint64_t size, const uint8_t *uuid,
				   bool backup)
{
	struct memory_volume *v;

	if (!m->dir)
		return NULL;
	v = find_unborn(m, name);
	if (v && v->size == size && v->backup == backup &&
	    (!uuid || !memcmp(uuid, v->uuid, 16)))
		return v;
	if (v)
		drop(m, v);
	v = add(m);
	if (!v)
		return NULL;
	snprintf(v->name, sizeof(v->name), "%s", name);
	snprintf(v->boot, sizeof(v->boot), "%s", m->boot);
	v->size = size;
	v->backup = backup;
	v->unborn = true;
	if (uuid)
		memcpy(v->uuid, uuid, 16);
	if ((!uuid && make_uuid(v->uuid)) || make_up(v->claim)) {
		drop(m, v);
		return NULL;
	}
	save(m);
	return v;
}

/* Another one's backup has taken the place of theirs. Others move. */
static void leave_backups(struct memory *m, const char *of)
{
	char name[NETRAM_NAME_SIZE];
	struct memory_volume *v;
	size_t i = m->nr;

	snprintf(name, sizeof(name), "%s", of);
	while (i--) {
		v = &m->volumes[i];
		if (memory_is_current(m, v) || strcmp(v->name, name))
			continue;
		v->backup = false;
		if (v->cleared)
			drop(m, v);
	}
}

/**
 * memory_born() - a volume that was begun exists
 * @m: the memory
 * @v: of it; not valid any more afterwards
 */
void memory_born(struct memory *m, struct memory_volume *v)
{
	v->unborn = false;
	if (!v->backup)
		return;
	leave_backups(m, v->name);
	save(m);
}

/* The last one of its uuid: those before it had to go first. */
static bool is_last(const struct memory *m, const struct memory_volume *v)
{
	const struct memory_volume *other;

	for (other = v + 1; other < m->volumes + m->nr; other++)
		if (!other->unborn &&
		    !memcmp(other->uuid, v->uuid, sizeof(v->uuid)))
			return false;
	return true;
}

static bool is_there(const struct memory *m, const struct memory_volume *v,
		     const struct netram_volume *there)
{
	while (there && memcmp(there->uuid, v->uuid, sizeof(v->uuid)))
		there = there->next;
	return there && is_last(m, v);
}

/**
 * memory_compare() - which volumes of this boot are there no more?
 * @m: the memory
 * @there: all volumes the module has
 *
 * Once for each look, see MEMORY_LOOKS.
 */
void memory_compare(struct memory *m, const struct netram_volume *there)
{
	struct memory_volume *v;

	for (v = m->volumes; v < m->volumes + m->nr; v++)
		v->missed = v->unborn || is_there(m, v, there) ? 0 :
								 v->missed + 1;
}

/*
 * Its host was started anew since, or it is deleted: nobody can use what it has left
 * on nodes.
 */
bool memory_is_dead(const struct memory *m, const struct memory_volume *v)
{
	return !v->cleared &&
	       (!memory_is_current(m, v) || v->missed >= MEMORY_LOOKS);
}

bool memory_has_dead(const struct memory *m, const uint8_t uuid[16])
{
	const struct memory_volume *v;

	for (v = m->volumes; v < m->volumes + m->nr; v++)
		if (memory_is_dead(m, v) && !memcmp(v->uuid, uuid, 16))
			return true;
	return false;
}

/**
 * memory_left_backup() - is what a backup's device names a volume that died with this host
 * @m: the memory
 * @uuid: the volume's, as the device has it
 *
 * One that was deleted has given its device back itself.
 *
 * Return: whether it is. Nobody can read the pages there any more.
 */
bool memory_left_backup(const struct memory *m, const uint8_t uuid[16])
{
	const struct memory_volume *v;

	for (v = m->volumes; v < m->volumes + m->nr; v++)
		if (v->backup && !memory_is_current(m, v) &&
		    !memcmp(v->uuid, uuid, 16))
			return true;
	return false;
}

/* No node has anything of it. Others move. */
void memory_forget(struct memory *m, struct memory_volume *v)
{
	if (v->backup && !memory_is_current(m, v))
		v->cleared = true;
	else
		drop(m, v);
	save(m);
}
