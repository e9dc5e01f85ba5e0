// SPDX-License-Identifier: LGPL-2.1-or-later
/* A volume's backup: NETRAM_VOLUME_A_BACKUP */
#include "internal.h"

#define BACKUP(_attr, _kind, _member) \
	NETRAM_FIELD(NETRAM_BACKUP_A_##_attr, _kind, true, \
		     struct netram_backup, _member)

static const struct netram_field backup_fields[] = {
	BACKUP(PATH, TEXT, path),
	BACKUP(MODE, U8, mode),
	BACKUP(STATE, U8, state),
	BACKUP(SERVING, BOOL, serving),
	BACKUP(ONLY_PAGES, U64, only_pages),
	BACKUP(LAG_PAGES, U64, lag_pages),
	BACKUP(READS, U64, reads),
	BACKUP(WRITES, U64, writes),
	BACKUP(ERRORS, U64, errors),
	BACKUP(RETURNS, U64, returns),
};

int netram_backup_decode(const struct nlattr *nest,
			 struct netram_backup *backup)
{
	uint64_t seen;

	return netram_fields_decode(backup_fields,
				    sizeof(backup_fields) /
				    sizeof(*backup_fields),
				    nest, backup, &seen);
}

/* Within the volume's nest. */
void netram_backup_encode(struct netram_message *msg,
			  const struct netram_volume_spec *spec)
{
	struct nlattr *nest = netram_message_nest(msg, NETRAM_VOLUME_A_BACKUP);

	netram_message_string(msg, NETRAM_BACKUP_A_PATH, spec->backup_path);
	netram_message_u8(msg, NETRAM_BACKUP_A_MODE, spec->backup_mode);
	if (spec->backup_force)
		netram_message_u8(msg, NETRAM_BACKUP_A_FORCE, 1);
	netram_message_nest_end(msg, nest);
}
