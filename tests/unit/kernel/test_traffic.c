// SPDX-License-Identifier: GPL-2.0
/*
 * What bytes were for: whatever commands a connection carries, however many of them
 * are complete when it ends, the parts add up to the stream.
 */
#include "random.h"

#include <netram/traffic.h>
#include "traffic.h"

#define HEADER	28
#define SLOTS	16

static u64 sum(const struct netram_traffic *t)
{
	u64 all = 0;
	int i;

	for (i = 0; i < NETRAM_PART_NR; i++)
		all += t->parts[i];
	return all;
}

static struct netram_traffic of(const struct netram_flow *flow)
{
	struct netram_traffic t = { 0 };

	netram_traffic_add(&t, flow, HEADER);
	return t;
}

/* Messages that have gone over it and are not answered, as conn.c keeps them. */
struct message {
	enum netram_purpose purpose;
	u32 pages;
};

static void carry(struct netram_flow *flow, struct message *m)
{
	m->purpose = random_below(NETRAM_FOR_NR);
	m->pages = random_below(300);
	flow->bytes += HEADER + ((u64)m->pages << NETRAM_PAGE_SHIFT);
	netram_flow_count(flow, m->purpose, 1, m->pages);
}

/* Some begin anew, and one was cut short. */
static void end(struct netram_flow *flow, const struct message *m, u32 nr)
{
	u32 cut = random_below(HEADER + (1U << NETRAM_PAGE_SHIFT));
	u64 vain = flow->vain, again = cut;

	flow->bytes += cut;
	while (nr--) {
		if (random_below(2))
			continue;
		netram_flow_uncount(flow, m[nr].purpose, 1, m[nr].pages);
		again += HEADER + ((u64)m[nr].pages << NETRAM_PAGE_SHIFT);
	}
	netram_flow_end(flow, HEADER);
	assert_true(flow->vain == vain + again);
}

static void any_connections(void **state)
{
	u32 rounds = random_rounds(2000), lives, nr;

	(void)state;
	while (rounds--) {
		struct netram_flow flow = { 0 };

		for (lives = random_below(8); lives--;) {
			struct message m[SLOTS];

			for (nr = 0; nr < random_below(SLOTS + 1); nr++) {
				struct netram_traffic t;

				carry(&flow, &m[nr]);
				t = of(&flow);
				assert_true(sum(&t) == flow.bytes);
			}
			end(&flow, m, nr);
			/* Nothing is left of what is over. */
			end(&flow, m, 0);
		}
		{
			struct netram_traffic t = of(&flow);

			assert_true(sum(&t) == flow.bytes);
			assert_true(t.parts[NETRAM_PART_RETRIES] == flow.vain);
		}
	}
}

/* What each purpose has to do with which part. */
static void parts(void **state)
{
	static const u8 headers[] = { NETRAM_PART_HEADERS, NETRAM_PART_HEADERS,
				      NETRAM_PART_HEDGES, NETRAM_PART_MOVER };
	static const u8 pages[] = { NETRAM_PART_PAYLOAD, NETRAM_PART_REPLICAS,
				    NETRAM_PART_HEDGES, NETRAM_PART_MOVER };
	int i;

	(void)state;
	for (i = 0; i < NETRAM_FOR_NR; i++) {
		struct netram_flow flow = { 0 };
		struct netram_traffic t;

		netram_flow_count(&flow, i, 3, 5);
		t = of(&flow);
		if (headers[i] == pages[i]) {
			assert_true(t.parts[headers[i]] ==
				    3 * HEADER + 5 * NETRAM_PAGE_SIZE);
		} else {
			assert_true(t.parts[headers[i]] == 3 * HEADER);
			assert_true(t.parts[pages[i]] == 5 * NETRAM_PAGE_SIZE);
		}
		netram_traffic_vain(&t, i, 2);
		assert_true(t.parts[NETRAM_PART_RETRIES] ==
			    2 * NETRAM_PAGE_SIZE);
		assert_true(sum(&t) == 3 * HEADER + 5 * NETRAM_PAGE_SIZE);
	}
}

static void overhead(void **state)
{
	struct netram_traffic t = { .tx = 1, .rx = 2 }, more = { 0 };

	(void)state;
	assert_true(netram_traffic_overhead_ppm(&t) == NETRAM_OVERHEAD_NONE);
	more.tx = 10;
	more.parts[NETRAM_PART_PAYLOAD] = 600;
	more.parts[NETRAM_PART_REPLICAS] = 400;
	more.parts[NETRAM_PART_HEADERS] = 10;
	more.parts[NETRAM_PART_HEDGES] = 10;
	more.parts[NETRAM_PART_RETRIES] = 10;
	more.parts[NETRAM_PART_HANDSHAKES] = 10;
	more.parts[NETRAM_PART_MOVER] = 100000;
	netram_traffic_merge(&t, &more);
	netram_traffic_merge(&t, &more);
	assert_true(t.tx == 21 && t.rx == 2);
	assert_true(t.parts[NETRAM_PART_MOVER] == 200000);
	assert_true(netram_traffic_overhead_ppm(&t) == 40000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_connections),
		cmocka_unit_test(parts),
		cmocka_unit_test(overhead),
	};

	random_seed();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
