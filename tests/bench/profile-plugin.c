// SPDX-License-Identifier: GPL-2.0
/*
 * A plugin of QEMU's code generator that counts how often each instruction of
 * the guest is executed, while the guest wants it. See tests/bench/profile.
 *   -plugin FILE,out=FOLDER
 * "xchg %r13, %r13" in the guest starts counting from zero, "xchg %r14, %r14"
 * stops and writes FOLDER/profile-1, then -2, and so on: for each instruction
 * that ran a line of its address (hexadecimal) and how often. Both do nothing
 * else, and no compiler makes them.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The part of QEMU's plugin interface, version 1, that is used here. */
#define EXPORT __attribute__((visibility("default")))
struct qemu_plugin_tb;
struct qemu_plugin_insn;
void qemu_plugin_register_vcpu_tb_trans_cb(
	uint64_t id, void (*cb)(uint64_t id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_tb_exec_cb(
	struct qemu_plugin_tb *tb, void (*cb)(unsigned int cpu, void *data),
	int flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(
	struct qemu_plugin_insn *insn, void (*cb)(unsigned int cpu, void *data),
	int flags, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb,
						 size_t i);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
EXPORT int qemu_plugin_version = 1;

static const uint8_t start_mark[] = { 0x4d, 0x87, 0xed };
static const uint8_t stop_mark[] = { 0x4d, 0x87, 0xf6 };

struct block {
	struct block	*next;
	uint64_t	count; /* executions */
	size_t		size;
	uint64_t	addr[];
};

static const char *out = ".";
static struct block *blocks;
static int written;
static bool counting;

static void start(unsigned int cpu, void *data)
{
	struct block *b;

	for (b = blocks; b; b = b->next)
		b->count = 0;
	counting = true;
}

static void stop(unsigned int cpu, void *data)
{
	char path[4096];
	struct block *b;
	size_t i;
	FILE *f;

	if (!counting)
		return;
	counting = false;
	snprintf(path, sizeof(path), "%s/profile-%d", out, ++written);
	f = fopen(path, "w");
	if (!f)
		return;
	for (b = blocks; b; b = b->next)
		for (i = 0; b->count && i < b->size; i++)
			fprintf(f, "%llx %llu\n",
				(unsigned long long)b->addr[i],
				(unsigned long long)b->count);
	fclose(f);
}

static void executed(unsigned int cpu, void *data)
{
	struct block *b = data;

	b->count += counting;
}

static bool is(const struct qemu_plugin_insn *insn, const uint8_t *mark)
{
	return qemu_plugin_insn_size(insn) == sizeof(start_mark) &&
	       !memcmp(qemu_plugin_insn_data(insn), mark, sizeof(start_mark));
}

static void translated(uint64_t id, struct qemu_plugin_tb *tb)
{
	size_t n = qemu_plugin_tb_n_insns(tb), i;
	struct block *b = calloc(1, sizeof(*b) + n * sizeof(*b->addr));

	if (!b)
		abort();
	b->size = n;
	b->next = blocks;
	blocks = b;
	qemu_plugin_register_vcpu_tb_exec_cb(tb, executed, 0, b);
	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		b->addr[i] = qemu_plugin_insn_vaddr(insn);
		if (is(insn, start_mark))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, start, 0, NULL);
		else if (is(insn, stop_mark))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, stop, 0, NULL);
	}
}

EXPORT int qemu_plugin_install(uint64_t id, const void *info, int argc,
			       char **argv)
{
	if (argc > 0 && !strncmp(argv[0], "out=", 4))
		out = argv[0] + 4;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
