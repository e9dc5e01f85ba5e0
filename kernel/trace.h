/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints: the life of a request (start, sent, received, completed) and of
 * a session. A page's number is counted in 4096 bytes from the volume's start.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM netram

#if !defined(NETRAM_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define NETRAM_TRACE_H

#include <linux/tracepoint.h>
#include "cmd.h"

#define netram_show_op(op)				\
	__print_symbolic(op,				\
			 { NETRAM_OP_READ, "read" },	\
			 { NETRAM_OP_WRITE, "write" },	\
			 { NETRAM_OP_TRIM, "trim" })

DECLARE_EVENT_CLASS(netram_request,
	TP_PROTO(const struct netram_cmd *cmd),
	TP_ARGS(cmd),
	TP_STRUCT__entry(
		__field(u64, page)
		__field(u32, pages)
		__field(u32, index)
		__field(u32, generation)
		__field(u8, op)
	),
	TP_fast_assign(
		__entry->page = cmd->page;
		__entry->pages = cmd->pages;
		__entry->index = cmd->index;
		__entry->generation = cmd->generation;
		__entry->op = cmd->op;
	),
	TP_printk("cmd %u.%u %s page %llu+%u", __entry->index,
		  __entry->generation, netram_show_op(__entry->op),
		  __entry->page, __entry->pages)
);

DEFINE_EVENT(netram_request, netram_request_start,
	TP_PROTO(const struct netram_cmd *cmd), TP_ARGS(cmd));
DEFINE_EVENT(netram_request, netram_request_sent,
	TP_PROTO(const struct netram_cmd *cmd), TP_ARGS(cmd));
DEFINE_EVENT(netram_request, netram_request_received,
	TP_PROTO(const struct netram_cmd *cmd), TP_ARGS(cmd));

TRACE_EVENT(netram_request_completed,
	TP_PROTO(const struct netram_cmd *cmd, int error),
	TP_ARGS(cmd, error),
	TP_STRUCT__entry(
		__field(u64, page)
		__field(u32, pages)
		__field(u32, index)
		__field(u8, op)
		__field(int, error)
	),
	TP_fast_assign(
		__entry->page = cmd->page;
		__entry->pages = cmd->pages;
		__entry->index = cmd->index;
		__entry->op = cmd->op;
		__entry->error = error;
	),
	TP_printk("cmd %u %s page %llu+%u error %d", __entry->index,
		  netram_show_op(__entry->op), __entry->page, __entry->pages,
		  __entry->error)
);

TRACE_EVENT(netram_session_state,
	TP_PROTO(const char *label, int from, int to, u64 epoch),
	TP_ARGS(label, from, to, epoch),
	TP_STRUCT__entry(
		__string(label, label)
		__field(int, from)
		__field(int, to)
		__field(u64, epoch)
	),
	TP_fast_assign(
		NETRAM_COMPAT_ASSIGN_STR(label, label);
		__entry->from = from;
		__entry->to = to;
		__entry->epoch = epoch;
	),
	TP_printk("%s state %d -> %d epoch %llu", __get_str(label),
		  __entry->from, __entry->to, __entry->epoch)
);

#endif /* NETRAM_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
