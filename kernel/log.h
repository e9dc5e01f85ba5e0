/* SPDX-License-Identifier: GPL-2.0 */
/* Messages name the object they are about: "netram: swap0/node1: ...". */
#ifndef NETRAM_LOG_H
#define NETRAM_LOG_H

#include <linux/printk.h>

#define netram_log(level, name, fmt, ...) \
	printk(level "netram: %s: " fmt "\n", name, ##__VA_ARGS__)
#define netram_info(name, fmt, ...) \
	netram_log(KERN_INFO, name, fmt, ##__VA_ARGS__)
#define netram_warn(name, fmt, ...) \
	netram_log(KERN_WARNING, name, fmt, ##__VA_ARGS__)
#define netram_info_ratelimited(name, fmt, ...) \
	pr_info_ratelimited("netram: %s: " fmt "\n", name, ##__VA_ARGS__)
#define netram_warn_ratelimited(name, fmt, ...) \
	pr_warn_ratelimited("netram: %s: " fmt "\n", name, ##__VA_ARGS__)

#endif /* NETRAM_LOG_H */
