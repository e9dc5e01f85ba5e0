// SPDX-License-Identifier: GPL-2.0
/*
 * State transitions, decided in one place.
 *
 *	CONNECTING --handshake done--> UP --connection lost--> BROKEN
 *	     ^                                                    |
 *	     +----------- torn down, requests collected ----------+
 *
 * and from each of them to CLOSED, the end. Pure.
 */
#include "fsm.h"
#include <netram/limits.h>

/**
 * netram_fsm_session_may() - is a change of a session's state legal
 * @from: the state it is in
 * @to: the state it is to have
 *
 * Return: true if it is; callers do nothing when it is not.
 */
bool netram_fsm_session_may(enum netram_session_state from,
			    enum netram_session_state to)
{
	switch (to) {
	case NETRAM_SESSION_CONNECTING:
		return from == NETRAM_SESSION_BROKEN;
	case NETRAM_SESSION_UP:
		return from == NETRAM_SESSION_CONNECTING;
	case NETRAM_SESSION_BROKEN:
		return from == NETRAM_SESSION_UP;
	case NETRAM_SESSION_CLOSED:
		return from != NETRAM_SESSION_CLOSED;
	}
	return false;
}

/**
 * netram_fsm_backoff_ms() - how long to wait before the next attempt to connect
 * @previous_ms: the last wait, 0 before the first
 *
 * Return: milliseconds, doubling from NETRAM_RECONNECT_MS_MIN to _MAX.
 */
u32 netram_fsm_backoff_ms(u32 previous_ms)
{
	if (previous_ms < NETRAM_RECONNECT_MS_MIN)
		return NETRAM_RECONNECT_MS_MIN;
	if (previous_ms >= NETRAM_RECONNECT_MS_MAX / 2)
		return NETRAM_RECONNECT_MS_MAX;
	return previous_ms * 2;
}

/**
 * netram_fsm_keepalive() - notice within a time that an idle node is gone
 * @timeout_ms: the time; TCP counts in seconds, and two are the least
 * @ka: how
 */
void netram_fsm_keepalive(u32 timeout_ms, struct netram_keepalive *ka)
{
	u32 all = timeout_ms < 2000 ? 2 : timeout_ms / 1000, rest;

	ka->idle_s = all / 2;
	rest = all - ka->idle_s;
	ka->interval_s = rest < 5 ? 1 : rest / 5;
	ka->probes = rest / ka->interval_s;
}

/**
 * netram_fsm_node_state() - what is known of a node from its sessions
 * @sessions: how many volumes talk to it
 * @up: how many of them can
 * @draining: it is being emptied
 *
 * Return: the node's state.
 */
enum netram_node_state netram_fsm_node_state(u32 sessions, u32 up,
					     bool draining)
{
	if (up == sessions && draining)
		return NETRAM_NODE_DRAINING;
	if (!sessions)
		return NETRAM_NODE_IDLE;
	if (up == sessions)
		return NETRAM_NODE_UP;
	return up ? NETRAM_NODE_SUSPECT : NETRAM_NODE_DOWN;
}
