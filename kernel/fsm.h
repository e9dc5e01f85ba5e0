/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETRAM_FSM_H
#define NETRAM_FSM_H

#include <linux/types.h>
#include <linux/netram.h>

bool netram_fsm_session_may(enum netram_session_state from,
			    enum netram_session_state to);
u32 netram_fsm_backoff_ms(u32 previous_ms);
enum netram_node_state netram_fsm_node_state(u32 sessions, u32 up,
					     bool draining);

#endif /* NETRAM_FSM_H */
