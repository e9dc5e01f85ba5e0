/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_GENL_H
#define NETRAM_GENL_H

int netram_genl_init(void);
void netram_genl_exit(void);

#endif /* NETRAM_GENL_H */
