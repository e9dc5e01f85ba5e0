/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only file that knows kernel versions: the rest reads like Linux 6.12.
 * Force-included by Kbuild. Each block is one question about the kernel's API.
 */
#ifndef NETRAM_COMPAT_H
#define NETRAM_COMPAT_H

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "netram needs Linux 6.1 or newer"
#endif

#ifndef __ASSEMBLY__
#include <linux/blk-mq.h>
#include <linux/blkdev.h>
#include <linux/device/class.h>
#include <linux/bvec.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/socket.h>
#include <linux/uio.h>
#include <net/genetlink.h>
#include <net/inet_common.h>
#include <net/sock.h>

/* How is a module's class made? */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
#define netram_compat_class_create(name) class_create(THIS_MODULE, name)
#define NETRAM_COMPAT_CLASS(class) ((struct class *)(class))
#else
#define netram_compat_class_create(name) class_create(name)
#define NETRAM_COMPAT_CLASS(class) (class)
#endif

/* Can joining a multicast group take a capability? Else anybody may hear of it. */
#ifdef GENL_MCAST_CAP_NET_ADMIN
#define NETRAM_COMPAT_MCGRP_ADMIN	.flags = GENL_MCAST_CAP_NET_ADMIN
#else
#define NETRAM_COMPAT_MCGRP_ADMIN
#endif

/* How are pages sent without copying them? All or part of @iter goes out. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
static inline bool netram_compat_can_splice(const struct bio_vec *bv)
{
	return sendpage_ok(bv->bv_page);
}

static inline int netram_compat_add_frags(struct sock *sk, struct sk_buff *skb,
					  struct iov_iter *from, size_t length)
{
	struct skb_shared_info *info = skb_shinfo(skb);
	struct bvec_iter at = {
		.bi_size = min(iov_iter_count(from), length),
		.bi_bvec_done = from->iov_offset,
	};
	unsigned int nr = info->nr_frags, added = 0;
	struct bio_vec bv;

	while (at.bi_size && nr < MAX_SKB_FRAGS) {
		bv = bvec_iter_bvec(from->bvec, at);
		get_page(bv.bv_page);
		__skb_fill_page_desc_noacc(info, nr++, bv.bv_page, bv.bv_offset,
					   bv.bv_len);
		added += bv.bv_len;
		bvec_iter_advance_single(from->bvec, &at, bv.bv_len);
	}
	info->nr_frags = nr;
	skb->len += added;
	skb->data_len += added;
	skb->truesize += added;
	sk_wmem_queued_add(sk, added);
	if (!skb_zcopy_pure(skb))
		sk_mem_charge(sk, added);
	iov_iter_advance(from, added);
	return at.bi_size ? -EMSGSIZE : 0;
}

static inline void netram_compat_ignore(struct sk_buff *skb,
					struct ubuf_info *ubuf, bool success)
{
}

/*
 * The way of MSG_ZEROCOPY, for sendpage() takes 600 instructions a page, but
 * not its promise: each page gets a reference of its own, as from sendpage(),
 * and nobody is told when it is put. Without SKBFL_ZEROCOPY_ENABLE no packet
 * looks at @ubuf, and none is copied on its way through loopback.
 */
static inline int netram_compat_splice(struct socket *sock,
				       struct iov_iter iter, int flags)
{
	struct ubuf_info ubuf = {
		.callback = netram_compat_ignore,
		.refcnt = REFCOUNT_INIT(1),
		.flags = SKBFL_SHARED_FRAG,
	};
	struct msghdr msg = {
		.msg_iter = iter,
		.msg_flags = flags | MSG_ZEROCOPY,
		.msg_ubuf = &ubuf,
		.sg_from_iter = netram_compat_add_frags,
	};

	return inet_sendmsg(sock, &msg, msg_data_left(&msg));
}
#else
static inline bool netram_compat_can_splice(const struct bio_vec *bv)
{
	return sendpages_ok(bv->bv_page, bv->bv_len, bv->bv_offset);
}

static inline int netram_compat_splice(struct socket *sock,
				       struct iov_iter iter, int flags)
{
	struct msghdr msg = {
		.msg_iter = iter,
		.msg_flags = flags | MSG_SPLICE_PAGES,
	};

	return inet_sendmsg(sock, &msg, msg_data_left(&msg));
}
#endif

/* What does a block device's open() get? */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
#define NETRAM_COMPAT_OPEN(fn)						\
static int fn##_compat(struct block_device *bdev, fmode_t mode)	\
{									\
	return fn(bdev->bd_disk);					\
}
#else
#define NETRAM_COMPAT_OPEN(fn)						\
static int fn##_compat(struct gendisk *disk, blk_mode_t mode)		\
{									\
	return fn(disk);						\
}
#endif

/* How is a block device opened for one holder alone, and how closed? */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
static inline int netram_compat_open_bdev(const char *path, void *holder,
					  void **handle,
					  struct block_device **bdev)
{
	*bdev = blkdev_get_by_path(path, FMODE_READ | FMODE_WRITE | FMODE_EXCL,
				   holder);
	*handle = *bdev;
	return PTR_ERR_OR_ZERO(*bdev);
}

static inline void netram_compat_close_bdev(void *handle, void *holder)
{
	blkdev_put(handle, FMODE_READ | FMODE_WRITE | FMODE_EXCL);
}
#else
static inline int netram_compat_open_bdev(const char *path, void *holder,
					  void **handle,
					  struct block_device **bdev)
{
	struct file *file = bdev_file_open_by_path(path,
						   BLK_OPEN_READ | BLK_OPEN_WRITE,
						   holder, NULL);

	if (IS_ERR(file))
		return PTR_ERR(file);
	*handle = file;
	*bdev = file_bdev(file);
	return 0;
}

static inline void netram_compat_close_bdev(void *handle, void *holder)
{
	bdev_fput(handle);
}
#endif

/* Does __assign_str() take the source a second time? */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
#define NETRAM_COMPAT_ASSIGN_STR(dst, src) __assign_str(dst, src)
#else
#define NETRAM_COMPAT_ASSIGN_STR(dst, src) __assign_str(dst)
#endif

/* Where do the unaligned accessors live? */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#include <asm/unaligned.h>
#else
#include <linux/unaligned.h>
#endif

/* Are queue limits and features set before or after the disk is made? */
struct netram_compat_limits {
	unsigned int block_size;
	unsigned int chunk_sectors;
	unsigned int max_sectors;
	unsigned int max_segments;
	unsigned int max_discard_sectors;
};

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
static inline struct gendisk *
netram_compat_alloc_disk(struct blk_mq_tag_set *set,
			 const struct netram_compat_limits *l, void *data)
{
	struct gendisk *disk = blk_mq_alloc_disk(set, data);
	struct request_queue *q;

	if (IS_ERR(disk))
		return disk;
	q = disk->queue;
	blk_queue_logical_block_size(q, l->block_size);
	blk_queue_physical_block_size(q, l->block_size);
	blk_queue_io_min(q, l->block_size);
	blk_queue_chunk_sectors(q, l->chunk_sectors);
	blk_queue_max_hw_sectors(q, l->max_sectors);
	blk_queue_max_segments(q, l->max_segments);
	blk_queue_max_segment_size(q, UINT_MAX);
	blk_queue_max_discard_sectors(q, l->max_discard_sectors);
	blk_queue_max_write_zeroes_sectors(q, l->max_discard_sectors);
	q->limits.discard_granularity = l->block_size;
	blk_queue_flag_set(QUEUE_FLAG_NONROT, q);
	blk_queue_flag_set(QUEUE_FLAG_STABLE_WRITES, q);
	blk_queue_flag_clear(QUEUE_FLAG_ADD_RANDOM, q);
	return disk;
}
#else
static inline struct gendisk *
netram_compat_alloc_disk(struct blk_mq_tag_set *set,
			 const struct netram_compat_limits *l, void *data)
{
	struct queue_limits lim = {
		.features = BLK_FEAT_STABLE_WRITES,
		.logical_block_size = l->block_size,
		.physical_block_size = l->block_size,
		.io_min = l->block_size,
		.chunk_sectors = l->chunk_sectors,
		.max_hw_sectors = l->max_sectors,
		.max_segments = l->max_segments,
		.max_segment_size = UINT_MAX,
		.max_hw_discard_sectors = l->max_discard_sectors,
		.max_write_zeroes_sectors = l->max_discard_sectors,
		.discard_granularity = l->block_size,
	};

	return blk_mq_alloc_disk(set, &lim, data);
}
#endif

#endif /* __ASSEMBLY__ */
#endif /* NETRAM_COMPAT_H */
