// SPDX-License-Identifier: LGPL-2.1-or-later
/* Volumes and their sessions: NETRAM_CMD_VOLUME_* */
#include <errno.h>
#include <stdlib.h>

#include "internal.h"
#include "list.h"

#define VOLUME(_attr, _kind, _member) \
	NETRAM_FIELD(_attr, _kind, true, struct netram_volume, _member)
#define SESSION(_attr, _kind, _required, _member) \
	NETRAM_FIELD(_attr, _kind, _required, struct netram_session, _member)

static const struct netram_field volume_fields[] = {
	VOLUME(NETRAM_VOLUME_A_NAME, NAME, name),
	VOLUME(NETRAM_VOLUME_A_SIZE, U64, size),
	VOLUME(NETRAM_VOLUME_A_EXTENT_SIZE, U32, extent_size),
	VOLUME(NETRAM_VOLUME_A_CHECKSUM, BOOL, checksum),
	VOLUME(NETRAM_VOLUME_A_CONNECTIONS, U32, connections),
	VOLUME(NETRAM_VOLUME_A_QUEUE_DEPTH, U32, queue_depth),
	VOLUME(NETRAM_VOLUME_A_REPLICAS, U32, replicas),
	VOLUME(NETRAM_VOLUME_A_INDEX, U32, index),
	VOLUME(NETRAM_VOLUME_A_UUID, BYTES, uuid),
	VOLUME(NETRAM_VOLUME_A_ON_LOSS, U8, on_loss),
	VOLUME(NETRAM_VOLUME_A_STATE, U8, state),
	NETRAM_FIELD(NETRAM_VOLUME_A_REASON, TEXT, false, struct netram_volume,
		     reason),
	VOLUME(NETRAM_VOLUME_A_OPENERS, U32, openers),
	VOLUME(NETRAM_VOLUME_A_EXTENTS, U64, extents),
	VOLUME(NETRAM_VOLUME_A_DEGRADED, U64, degraded),
	VOLUME(NETRAM_VOLUME_A_PAGES, U64, pages),
	VOLUME(NETRAM_VOLUME_A_LOST_PAGES, U64, lost_pages),
};

static const struct netram_field session_fields[] = {
	SESSION(NETRAM_SESSION_A_NODE, NAME, true, node),
	SESSION(NETRAM_SESSION_A_STATE, U8, true, state),
	SESSION(NETRAM_SESSION_A_EPOCH, U64, true, epoch),
	SESSION(NETRAM_SESSION_A_CONNECTIONS, U32, true, connections),
	SESSION(NETRAM_SESSION_A_EXTENTS, U64, true, extents),
	SESSION(NETRAM_SESSION_A_STALE, U64, true, stale),
	SESSION(NETRAM_SESSION_A_PAGES, U64, true, pages),
	SESSION(NETRAM_SESSION_A_ONLY_PAGES, U64, false, only_pages),
	SESSION(NETRAM_SESSION_A_INSTANCE, TEXT, false, instance),
};

static void session_free(struct netram_session *session)
{
	struct netram_session *next;

	for (; session; session = next) {
		next = session->next;
		free(session);
	}
}

static int session_decode(const struct nlattr *attr, void *arg)
{
	if (mnl_attr_get_type(attr) != NETRAM_VOLUME_A_SESSION)
		return 0;
	return netram_list_decode(arg, attr, session_fields,
				  sizeof(session_fields) / sizeof(*session_fields),
				  sizeof(struct netram_session));
}

static int verify_decode(const struct nlattr *attr, void *arg)
{
	struct netram_verify **verify = arg;
	int err;

	if (mnl_attr_get_type(attr) != NETRAM_VOLUME_A_VERIFY)
		return 0;
	if (*verify)
		return -EBADMSG;
	*verify = calloc(1, sizeof(**verify));
	if (!*verify)
		return -ENOMEM;
	err = netram_verify_decode(attr, *verify);
	if (err) {
		free(*verify);
		*verify = NULL;
	}
	return err;
}

static int backup_decode(const struct nlattr *attr, void *arg)
{
	struct netram_backup **backup = arg;

	if (mnl_attr_get_type(attr) != NETRAM_VOLUME_A_BACKUP)
		return 0;
	if (*backup)
		return -EBADMSG;
	*backup = calloc(1, sizeof(**backup));
	return *backup ? netram_backup_decode(attr, *backup) : -ENOMEM;
}

/* On failure nothing is left to free in volume. */
int netram_volume_decode(const struct nlattr *nest,
			 struct netram_volume *volume)
{
	struct netram_list sessions = { 0 };
	uint64_t seen;
	int err;

	err = netram_fields_decode(volume_fields,
				   sizeof(volume_fields) /
				   sizeof(*volume_fields),
				   nest, volume, &seen);
	if (!err)
		err = netram_traffic_decode(nest, NETRAM_VOLUME_A_TRAFFIC,
					    &volume->traffic);
	if (err)
		return err;
	err = netram_attr_nested(nest, session_decode, &sessions);
	if (!err)
		err = netram_attr_nested(nest, verify_decode, &volume->verify);
	if (!err)
		err = netram_attr_nested(nest, backup_decode, &volume->backup);
	if (err) {
		free(volume->backup);
		volume->backup = NULL;
		netram_verify_free(volume->verify);
		volume->verify = NULL;
		session_free(sessions.first);
		return err;
	}
	volume->sessions = sessions.first;
	return 0;
}

void netram_volume_encode_add(struct netram_message *msg,
			      const struct netram_volume_spec *spec)
{
	struct nlattr *nest = netram_message_nest(msg, NETRAM_A_VOLUME);

	netram_message_reserved(msg, spec->reserved);
	netram_message_string(msg, NETRAM_VOLUME_A_NAME, spec->name);
	netram_message_u64(msg, NETRAM_VOLUME_A_SIZE, spec->size);
	if (spec->extent_size)
		netram_message_u32(msg, NETRAM_VOLUME_A_EXTENT_SIZE,
				   spec->extent_size);
	if (spec->no_checksum)
		netram_message_u8(msg, NETRAM_VOLUME_A_CHECKSUM, 0);
	if (spec->connections)
		netram_message_u32(msg, NETRAM_VOLUME_A_CONNECTIONS,
				   spec->connections);
	if (spec->queue_depth)
		netram_message_u32(msg, NETRAM_VOLUME_A_QUEUE_DEPTH,
				   spec->queue_depth);
	if (spec->replicas)
		netram_message_u32(msg, NETRAM_VOLUME_A_REPLICAS,
				   spec->replicas);
	if (spec->on_loss)
		netram_message_u8(msg, NETRAM_VOLUME_A_ON_LOSS, spec->on_loss);
	if (spec->uuid)
		netram_message_bytes(msg, NETRAM_VOLUME_A_UUID, spec->uuid, 16);
	if (spec->claim)
		netram_message_bytes(msg, NETRAM_VOLUME_A_CLAIM, spec->claim,
				     16);
	if (spec->takeover)
		netram_message_u8(msg, NETRAM_VOLUME_A_TAKEOVER, 1);
	if (spec->backup_path)
		netram_backup_encode(msg, spec);
	netram_message_nest_end(msg, nest);
}

void netram_volume_encode_set(struct netram_message *msg, const char *name,
			      const struct netram_volume_change *change)
{
	struct nlattr *nest = netram_message_nest(msg, NETRAM_A_VOLUME);

	netram_message_reserved(msg, change->reserved);
	netram_message_string(msg, NETRAM_VOLUME_A_NAME, name);
	if (change->replicas)
		netram_message_u32(msg, NETRAM_VOLUME_A_REPLICAS,
				   change->replicas);
	if (change->set_on_loss)
		netram_message_u8(msg, NETRAM_VOLUME_A_ON_LOSS,
				  change->on_loss);
	netram_message_nest_end(msg, nest);
}

static int volume_reply(const void *payload, size_t len, void *arg)
{
	struct netram_list *list = arg;
	const struct nlattr *nest;
	struct netram_volume *volume;
	int err;

	err = netram_attr_find(payload, len, NETRAM_A_VOLUME, &nest);
	if (err)
		return err;
	volume = calloc(1, sizeof(*volume));
	if (!volume)
		return -ENOMEM;
	err = netram_volume_decode(nest, volume);
	if (err) {
		free(volume);
		return err;
	}
	netram_list_append(list, volume, &volume->next);
	return 0;
}

static void volume_free_list(void *first)
{
	netram_volume_free(first);
}

static const struct netram_noun volume_noun = {
	.attr = NETRAM_A_VOLUME,
	.name_attr = NETRAM_VOLUME_A_NAME,
	.get_cmd = NETRAM_CMD_VOLUME_GET,
	.del_cmd = NETRAM_CMD_VOLUME_DEL,
	.what = "volume",
	.reply = volume_reply,
	.free = volume_free_list,
};

static int volume_ask(struct netram *nt, struct netram_message *msg,
		      struct netram_list *list)
{
	int err = netram_request(nt, msg, volume_reply, list);

	if (!err && list->count != 1)
		err = netram_fail(nt, -EBADMSG,
				  "the netram module did not describe the volume");
	return err;
}

static int volume_create(struct netram *nt,
			 const struct netram_volume_spec *spec,
			 struct netram_list *list)
{
	struct netram_message msg;

	netram_message_start(&msg, nt->send_buf, nt->family,
			     NETRAM_CMD_VOLUME_ADD, NETRAM_GENL_VERSION,
			     NLM_F_ACK);
	netram_volume_encode_add(&msg, spec);
	return volume_ask(nt, &msg, list);
}

static int volume_verify(struct netram *nt, const char *name,
			 const struct netram_verify_spec *spec,
			 struct netram_list *list)
{
	struct netram_message msg;

	netram_message_start(&msg, nt->send_buf, nt->family,
			     NETRAM_CMD_VOLUME_VERIFY, NETRAM_GENL_VERSION,
			     NLM_F_ACK);
	netram_verify_encode(&msg, name, spec);
	return volume_ask(nt, &msg, list);
}

int netram_volume_create(struct netram *nt,
			 const struct netram_volume_spec *spec,
			 struct netram_volume **volume)
{
	struct netram_list list = { 0 };
	int err;

	pthread_mutex_lock(&nt->lock);
	err = volume_create(nt, spec, &list);
	pthread_mutex_unlock(&nt->lock);
	if (err) {
		netram_volume_free(list.first);
		list.first = NULL;
	}
	*volume = list.first;
	return err;
}

int netram_volume_verify(struct netram *nt, const char *name,
			 const struct netram_verify_spec *spec,
			 struct netram_volume **volume)
{
	struct netram_list list = { 0 };
	int err;

	pthread_mutex_lock(&nt->lock);
	err = volume_verify(nt, name, spec, &list);
	pthread_mutex_unlock(&nt->lock);
	if (err) {
		netram_volume_free(list.first);
		list.first = NULL;
	}
	*volume = list.first;
	return err;
}

int netram_volume_delete(struct netram *nt, const char *name)
{
	return netram_noun_delete(nt, &volume_noun, name);
}

int netram_volume_set(struct netram *nt, const char *name,
		      const struct netram_volume_change *change)
{
	struct netram_message msg;

	netram_tell_start(nt, &msg, NETRAM_CMD_VOLUME_SET);
	netram_volume_encode_set(&msg, name, change);
	return netram_tell(nt, &msg);
}

int netram_volume_get(struct netram *nt, const char *name,
		      struct netram_volume **volume)
{
	void *first;
	int err = netram_noun_get(nt, &volume_noun, name, &first);

	*volume = first;
	return err;
}

int netram_volume_list(struct netram *nt, struct netram_volume **list)
{
	void *first;
	int err = netram_noun_list(nt, &volume_noun, NULL, &first);

	*list = first;
	return err;
}

void netram_volume_free(struct netram_volume *volume)
{
	struct netram_volume *next;

	for (; volume; volume = next) {
		next = volume->next;
		session_free(volume->sessions);
		netram_verify_free(volume->verify);
		free(volume->backup);
		free(volume);
	}
}
