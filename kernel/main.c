// SPDX-License-Identifier: GPL-2.0
/*
 * netram: block devices whose pages live in the memory of other machines.
 *
 * Only the order of coming and going is here. The design is told in
 * Documentation/design.rst, the locks in Documentation/locking.rst.
 */
#include "genl.h"
#include "integrity.h"
#include "pool.h"
#include "sock.h"
#include "volume.h"

#include <linux/module.h>
#include <linux/genetlink.h>
#include <net/genetlink.h>

static int __init netram_init(void)
{
	int err;

	err = netram_integrity_init();
	if (err)
		return err;
	netram_sock_init();
	err = netram_volume_init();
	if (err)
		goto sock;
	err = netram_pool_init();
	if (err)
		goto volume;
	err = netram_genl_init();
	if (err)
		goto pool;
	return 0;

pool:
	netram_pool_exit();
volume:
	netram_volume_exit();
sock:
	netram_sock_exit();
	netram_integrity_exit();
	return err;
}

static void __exit netram_exit(void)
{
	netram_genl_exit();
	netram_pool_exit();
	netram_volume_exit();
	netram_sock_exit();
	netram_integrity_exit();
}

module_init(netram_init);
module_exit(netram_exit);

MODULE_DESCRIPTION("Block devices backed by the memory of other machines");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
MODULE_ALIAS_GENL_FAMILY("netram");
