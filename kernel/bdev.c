// SPDX-License-Identifier: GPL-2.0
/*
 * A local block device as a place for pages: the transport to a volume's backup,
 * as conn.c is to a node.
 *
 * Swap-safe: bios are clones of the request's and share its pages; they come from
 * a set of our own, so that one that is submitted comes back to it whatever others
 * do. They are submitted by a work and not from queue_rq(): there a plug of the
 * caller is being flushed, and a device that is busy would hold up requests that
 * do not need it. A bio may end in hard interrupt, where no command may be told
 * of it, hence a second work.
 */
#include "bdev.h"
#include "cursor.h"

#include <linux/blk-cgroup.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

/* Bios kept for when memory is out. One would do; more keep the device busy. */
#define RESERVE 64

static void put_part(struct netram_bdev *b, struct netram_bdev_io *io)
{
	if (!atomic_dec_and_test(&io->parts))
		return;
	/*
	 * Once it is on the list it may be told of, and the volume end, before the
	 * work is queued. That waits for a grace period before it closes us.
	 */
	rcu_read_lock();
	llist_add(&io->node, &b->ended);
	queue_work(b->end_wq, &b->end_work);
	rcu_read_unlock();
}

static void fail(struct netram_bdev_io *io, int error)
{
	cmpxchg(&io->error, 0, error);
}

static void bio_ended(struct bio *bio)
{
	struct netram_bdev_io *io = bio->bi_private;
	struct netram_bdev *b = container_of(bio->bi_pool, struct netram_bdev,
					     bios);

	if (bio->bi_status)
		fail(io, blk_status_to_errno(bio->bi_status));
	bio_put(bio);
	put_part(b, io);
}

/*
 * Return: bytes that are taken care of, 0 if there is no bio.
 *
 * Whoever the pages are of, nobody's limits and debts count here: all of a volume's
 * users would wait for it, those that free memory among them.
 */
static unsigned int submit_part(struct netram_bdev *b, struct netram_bdev_io *io,
				const struct netram_cursor *c, u64 offset,
				unsigned int most)
{
	struct bio *bio = bio_alloc_clone(b->bdev, c->bio, GFP_NOIO, &b->bios);
	unsigned int bytes = min(most, c->iter.bi_size);

	if (!bio)
		return 0;
	bio->bi_opf = (io->write ? REQ_OP_WRITE : REQ_OP_READ) | REQ_SYNC |
		      (c->bio->bi_opf & (REQ_SWAP | REQ_META | REQ_PRIO));
	bio_associate_blkg_from_css(bio, blkcg_root_css);
	bio->bi_iter = c->iter;
	bio->bi_iter.bi_size = bytes;
	bio->bi_iter.bi_sector = offset >> SECTOR_SHIFT;
	bio->bi_private = io;
	bio->bi_end_io = bio_ended;
	atomic_inc(&io->parts);
	submit_bio(bio);
	return bytes;
}

static void submit_run(struct netram_bdev *b, struct netram_bdev_io *io,
		       struct netram_cursor *c, const struct netram_run *run)
{
	u64 offset = NETRAM_SUPERBLOCK_DATA +
		     ((io->cmd->page + run->first) << NETRAM_PAGE_SHIFT);
	unsigned int left = run->pages << NETRAM_PAGE_SHIFT, bytes;

	for (; left; left -= bytes) {
		bytes = submit_part(b, io, c, offset, left);
		if (!bytes) {
			fail(io, -ENOMEM);
			bytes = min(left, c->iter.bi_size);
		}
		offset += bytes;
		netram_cursor_advance(c, bytes);
	}
}

static void submit(struct netram_bdev *b, struct netram_bdev_io *io)
{
	struct netram_cmd *cmd = io->cmd;
	struct netram_cursor c;
	u32 at = 0, i;

	netram_cursor_init(&c, cmd->bio);
	for (i = 0; i < cmd->nr_runs; i++) {
		netram_cursor_advance(&c, (cmd->runs[i].first - at) <<
					  NETRAM_PAGE_SHIFT);
		submit_run(b, io, &c, &cmd->runs[i]);
		at = cmd->runs[i].first + cmd->runs[i].pages;
	}
	put_part(b, io);
}

static void submit_work(struct work_struct *work)
{
	struct netram_bdev *b = container_of(work, struct netram_bdev,
					     submit_work);
	unsigned int noreclaim = memalloc_noreclaim_save();
	struct netram_bdev_io *io, *next;
	struct blk_plug plug;

	blk_start_plug(&plug);
	llist_for_each_entry_safe(io, next,
				  llist_reverse_order(llist_del_all(&b->waiting)),
				  node)
		submit(b, io);
	blk_finish_plug(&plug);
	memalloc_noreclaim_restore(noreclaim);
}

static void end_work(struct work_struct *work)
{
	struct netram_bdev *b = container_of(work, struct netram_bdev, end_work);
	unsigned int noreclaim = memalloc_noreclaim_save();
	struct netram_bdev_io *io, *next;

	llist_for_each_entry_safe(io, next,
				  llist_reverse_order(llist_del_all(&b->ended)),
				  node)
		io->done(io);
	memalloc_noreclaim_restore(noreclaim);
}

/**
 * netram_bdev_submit() - read or write the pages of a command
 * @b: the device, with its work queues set
 * @io: with cmd, write and done set
 *
 * Page N of the volume is at NETRAM_SUPERBLOCK_DATA + N * NETRAM_PAGE_SIZE.
 *
 * Context: any.
 */
void netram_bdev_submit(struct netram_bdev *b, struct netram_bdev_io *io)
{
	atomic_set(&io->parts, 1);
	io->error = 0;
	llist_add(&io->node, &b->waiting);
	queue_work(b->submit_wq, &b->submit_work);
}

/**
 * netram_bdev_page() - read or write one page, and wait for that
 * @b: the device
 * @page: NETRAM_PAGE_SIZE bytes of a page of their own
 * @offset: where on the device, bytes
 * @write: to the device
 *
 * Context: process, sleeps.
 * Return: 0 or a negative errno.
 */
int netram_bdev_page(struct netram_bdev *b, void *page, u64 offset, bool write)
{
	struct bio_vec bv;
	struct bio bio;
	int err;

	bio_init(&bio, b->bdev, &bv, 1, write ?
		 REQ_OP_WRITE | REQ_SYNC | REQ_FUA | REQ_PREFLUSH :
		 REQ_OP_READ | REQ_SYNC);
	bio.bi_iter.bi_sector = offset >> SECTOR_SHIFT;
	__bio_add_page(&bio, virt_to_page(page), NETRAM_PAGE_SIZE, 0);
	err = submit_bio_wait(&bio);
	bio_uninit(&bio);
	return err;
}

/**
 * netram_bdev_open() - open a block device for us alone
 * @path: as the user named it
 *
 * Context: process, sleeps.
 * Return: the device, its work queues not set; or -EBUSY: somebody has it, -ENOTBLK:
 * it is no block device, -EOPNOTSUPP: it wants blocks or memory that are aligned to
 * more than a page or 512 bytes, or what opening it failed with.
 */
struct netram_bdev *netram_bdev_open(const char *path)
{
	struct netram_bdev *b = kzalloc(sizeof(*b), GFP_KERNEL);
	int err;

	if (!b)
		return ERR_PTR(-ENOMEM);
	strscpy(b->path, path, sizeof(b->path));
	init_llist_head(&b->waiting);
	init_llist_head(&b->ended);
	INIT_WORK(&b->submit_work, submit_work);
	INIT_WORK(&b->end_work, end_work);
	err = bioset_init(&b->bios, RESERVE, 0, 0);
	if (err)
		goto free;
	err = netram_compat_open_bdev(path, b, &b->handle, &b->bdev);
	if (err)
		goto bios;
	err = -EOPNOTSUPP;
	if (bdev_logical_block_size(b->bdev) > NETRAM_PAGE_SIZE ||
	    bdev_dma_alignment(b->bdev) > SECTOR_SIZE - 1)
		goto close;
	return b;

close:
	netram_compat_close_bdev(b->handle, b);
bios:
	bioset_exit(&b->bios);
free:
	kfree(b);
	return ERR_PTR(err);
}

/**
 * netram_bdev_close() - counterpart of netram_bdev_open()
 * @b: the device, nothing under way, and an RCU grace period has passed since
 *
 * Context: process, sleeps.
 */
void netram_bdev_close(struct netram_bdev *b)
{
	/* The one may have told of its last bio and not have returned. */
	flush_work(&b->submit_work);
	flush_work(&b->end_work);
	netram_compat_close_bdev(b->handle, b);
	bioset_exit(&b->bios);
	kfree(b);
}
