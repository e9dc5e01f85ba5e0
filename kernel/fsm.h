/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_FSM_H
#define NETRAM_FSM_H

#include <linux/types.h>
#include <linux/netram.h>

/**
 * struct netram_keepalive - how TCP asks a node that nobody else asks
 * @idle_s: after so long without a word from it
 * @interval_s: again after so long
 * @probes: so often before it is given up
 */
struct netram_keepalive {
	u32 idle_s;
	u32 interval_s;
	u32 probes;
};

bool netram_fsm_session_may(enum netram_session_state from,
			    enum netram_session_state to);
u32 netram_fsm_backoff_ms(u32 previous_ms);
void netram_fsm_keepalive(u32 timeout_ms, struct netram_keepalive *ka);
enum netram_node_state netram_fsm_node_state(u32 sessions, u32 up,
					     bool draining);

#endif /* NETRAM_FSM_H */
