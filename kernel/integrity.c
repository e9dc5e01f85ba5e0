// SPDX-License-Identifier: GPL-2.0
/*
 * Checksums: crc32c of each page, kept here and compared with each page read.
 * They tell a page that was changed on the wire or in a node, a server that
 * silently lost pages, and a late write of a dead connection.
 */
#include "integrity.h"
#include "cursor.h"

#include <crypto/hash.h>
#include <linux/err.h>
#include <linux/string.h>

#define CRC_SEED (~0U)

static struct crypto_shash *crc32c;

/**
 * netram_integrity_init() - find out how this machine computes crc32c best
 *
 * Context: process, sleeps; when the module is loaded.
 * Return: 0 or a negative errno.
 */
int netram_integrity_init(void)
{
	crc32c = crypto_alloc_shash("crc32c", 0, 0);
	if (IS_ERR(crc32c))
		return PTR_ERR(crc32c);
	if (crypto_shash_descsize(crc32c) == sizeof(u32))
		return 0;
	pr_err("netram: crc32c of this machine keeps more than a checksum\n");
	netram_integrity_exit();
	return -EINVAL;
}

/**
 * netram_integrity_exit() - undo netram_integrity_init()
 *
 * Context: process, sleeps.
 */
void netram_integrity_exit(void)
{
	crypto_free_shash(crc32c);
}

/*
 * As crc32c(), whose descriptor has room for the state of any hash and is cleared
 * for each call: for a page that is a tenth of the whole.
 */
static u32 crc_of(u32 crc, const void *p, unsigned int len)
{
	struct {
		struct shash_desc shash;
		u32 crc;
	} desc = { .shash.tfm = crc32c, .crc = crc };

	/* Else every page would match every other. */
	WARN_ON_ONCE(crypto_shash_update(&desc.shash, p, len));
	return desc.crc;
}

/* Most pages that are not all zeroes differ in their first or last word. */
static bool all_zero(const void *p, unsigned int len)
{
	const u64 *words = p;

	if (len >= sizeof(u64) && (words[0] || words[len / sizeof(u64) - 1]))
		return false;
	return !memchr_inv(p, 0, len);
}

static u32 crc_of_pieces(struct netram_cursor c)
{
	unsigned int left = NETRAM_PAGE_SIZE;
	u32 crc = CRC_SEED;
	struct bio_vec bv;
	void *p;

	for (; left; left -= bv.bv_len) {
		bv = netram_cursor_segment(&c, left);
		p = bvec_kmap_local(&bv);
		crc = crc_of(crc, p, bv.bv_len);
		kunmap_local(p);
		netram_cursor_advance(&c, bv.bv_len);
	}
	return crc;
}

/* @p: the page at @c, if it is in one piece */
static u32 crc_of_page(const struct netram_cursor *c, const void *p)
{
	return netram_integrity_crc(likely(p) ?
				    crc_of(CRC_SEED, p, NETRAM_PAGE_SIZE) :
				    crc_of_pieces(*c));
}

static bool matches(const struct netram_pages *pages, u64 page, u32 crc)
{
	u32 known = READ_ONCE(pages->crc[page]);

	return known == crc || known == NETRAM_CRC_UNKNOWN;
}

static bool zero_pieces(struct netram_cursor c)
{
	unsigned int left = NETRAM_PAGE_SIZE;
	struct bio_vec bv;
	bool zero = true;
	void *p;

	for (; left && zero; left -= bv.bv_len) {
		bv = netram_cursor_segment(&c, left);
		p = bvec_kmap_local(&bv);
		zero = all_zero(p, bv.bv_len);
		kunmap_local(p);
		netram_cursor_advance(&c, bv.bv_len);
	}
	return zero;
}

/**
 * netram_integrity_digest() - look at one page of data and go on
 * @c: where it begins
 * @checksum: compute one
 * @crc: its crc32c, where @checksum is set and the page is not all zeroes
 *
 * Context: any.
 * Return: whether the page is all zeroes.
 */
bool netram_integrity_digest(struct netram_cursor *c, bool checksum, u32 *crc)
{
	const void *p = netram_cursor_page(c);
	bool zero = likely(p) ? all_zero(p, NETRAM_PAGE_SIZE) :
				zero_pieces(*c);

	if (!zero && checksum)
		*crc = crc_of_page(c, p);
	netram_cursor_advance(c, NETRAM_PAGE_SIZE);
	return zero;
}

/**
 * netram_integrity_checksums() - those of pages that were read
 * @cmd: a read of one run that begins at its first page, answered
 * @crc: where to put them
 *
 * Context: any.
 */
void netram_integrity_checksums(const struct netram_cmd *cmd, u32 *crc)
{
	struct netram_cursor c;
	u32 i;

	netram_cursor_init(&c, cmd->bio);
	for (i = 0; i < cmd->runs[0].pages; i++) {
		crc[i] = crc_of_page(&c, netram_cursor_page(&c));
		netram_cursor_advance(&c, NETRAM_PAGE_SIZE);
	}
}

/**
 * netram_integrity_verify() - compare what was read with the checksums
 * @pages: the volume's pages, with checksums
 * @cmd: a read that has been answered
 * @from: look at this page of the volume and those behind it
 *
 * Context: any.
 * Return: -1 if all is right, else the first wrong page of the volume.
 */
s64 netram_integrity_verify(const struct netram_pages *pages,
			    const struct netram_cmd *cmd, u64 from)
{
	struct netram_cursor c;
	unsigned int i, j;
	u32 at = 0, crc;
	u64 page;

	netram_cursor_init(&c, cmd->bio);
	for (i = 0; i < cmd->nr_runs; i++) {
		netram_cursor_advance(&c, (cmd->runs[i].first - at) <<
					  NETRAM_PAGE_SHIFT);
		page = cmd->page + cmd->runs[i].first;
		for (j = 0; j < cmd->runs[i].pages; j++) {
			crc = crc_of_page(&c, netram_cursor_page(&c));
			netram_cursor_advance(&c, NETRAM_PAGE_SIZE);
			if (page + j >= from && !matches(pages, page + j, crc))
				return page + j;
		}
		at = cmd->runs[i].first + cmd->runs[i].pages;
	}
	return -1;
}
