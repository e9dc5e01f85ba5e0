/* SPDX-License-Identifier: GPL-2.0 */
/* What rules_apply() looks at, a file for each subject. */
#ifndef NETRAMD_RULES_H
#define NETRAMD_RULES_H

#include "config.h"

/* rules.c */
bool rules_same_endpoint(const struct sockaddr_storage *a,
			 const struct sockaddr_storage *b);
bool rules_same_server(const struct config_node *a,
		       const struct config_node *b);

/* room.c */
uint64_t rules_copies(const struct config_volume *v, size_t nodes);
void rules_check_room(const struct config *config,
		      const struct config_volume *v, struct complaints *c);
void rules_check_promises(const struct config *config, struct complaints *c);

/* places.c */
size_t rules_count_staying(const struct config *config);
void rules_check_places(const struct config *config, size_t i,
			struct complaints *c);
void rules_check_zone(const struct config *config, size_t i,
		      struct complaints *c);

#endif /* NETRAMD_RULES_H */
