#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
Pages of two kinds on a device of 1 MiB extents, all of them written by this program.
Of each extent the first STILL pages are still: written by `put`, then only read. LIVE
pages from page 128 on are live: written and read by `live` all the while. The rest is
never written.

  two-kinds.py DEVICE EXTENTS put SEED            write the still pages
  two-kinds.py DEVICE EXTENTS check SEED          one line for each page: "still|hole PAGE ok|lost|wrong|errno"
  two-kinds.py DEVICE EXTENTS read PAGE...        read pages; "PAGE ok|lost|errno" each
  two-kinds.py DEVICE EXTENTS live STATUS STOP    until the file STOP is there; STATUS tells
how many writes, reads, pages found lost, and threads that have written all of theirs

live fails where a write does, where a page reads as something that was not written last, and
where one cannot be read that was written since it could not be read before: a page is lost
once. In the end it has written all live pages once more, and read them.
"""
import errno, mmap, os, random, sys, threading

STILL, LIVE, LIVE_AT, EXTENT, THREADS = 64, 16, 128, 256, 8
dev, extents, what = sys.argv[1], int(sys.argv[2]), sys.argv[3]
arguments = sys.argv[4:]


class Device:
    def __init__(self):
        self.fd = os.open(dev, os.O_RDWR | os.O_DIRECT)
        self.buffer = mmap.mmap(-1, 4096)

    def write(self, page, version):
        self.buffer[:] = content(page, version)
        if os.pwrite(self.fd, self.buffer, page * 4096) != 4096:
            raise OSError(errno.EIO, "short write")

    def read(self, page):
        if os.preadv(self.fd, [self.buffer], page * 4096) != 4096:
            raise OSError(errno.EIO, "short read")
        return bytes(self.buffer)


def content(page, version):
    return b"%016x%016x" % (page, version) * 128


def verdict(device, page, want):
    try:
        got = device.read(page)
    except OSError as e:
        return "lost" if e.errno == errno.ENODATA else errno.errorcode[e.errno]
    return "ok" if want is None or got == want else "wrong"


def all_pages(first, count):
    return [e * EXTENT + i for e in range(extents) for i in range(first, first + count)]


class Live:
    def __init__(self, status, stop):
        self.status, self.stop, self.lock = status, stop, threading.Lock()
        self.writes = self.reads = self.lost = self.ready = 0
        self.bad = []

    def count(self, **counts):
        with self.lock:
            for name, n in counts.items():
                setattr(self, name, getattr(self, name) + n)

    def one(self, number):
        device, r = Device(), random.Random(number)
        mine = all_pages(LIVE_AT, LIVE)[number::THREADS]
        written, lost = dict.fromkeys(mine, 0), set()

        def write(page):
            device.write(page, written[page] + 1)
            written[page] += 1
            self.count(writes=1)

        def read(page):
            v = verdict(device, page, content(page, written[page]))
            if v == "lost" and page not in lost:
                lost.add(page)
                self.count(lost=1)
                write(page)
                v = verdict(device, page, content(page, written[page]))
            if v != "ok":
                raise RuntimeError(f"page {page}, version {written[page]}: {v}")
            self.count(reads=1)

        try:
            for page in mine:
                write(page)
            self.count(ready=1)
            while not os.path.exists(self.stop):
                page = r.choice(mine)
                (write if r.random() < 0.5 else read)(page)
            for page in mine:
                write(page)
            for page in mine:
                read(page)
        except (OSError, RuntimeError) as e:
            self.bad.append(str(e))

    def tell(self):
        with open(self.status + ".new", "w", encoding="ascii") as f:
            f.write(f"{self.writes} {self.reads} {self.lost} {self.ready}\n")
        os.rename(self.status + ".new", self.status)

    def run(self):
        threads = [threading.Thread(target=self.one, args=(n,)) for n in range(THREADS)]
        for t in threads:
            t.start()
        while any(t.is_alive() for t in threads):
            self.tell()
            for t in threads:
                t.join(0.05)
        self.tell()
        for b in self.bad:
            print(b, file=sys.stderr)
        return bool(self.bad)


if what == "live":
    sys.exit(Live(*arguments).run())
one = Device()
if what == "put":
    for p in all_pages(0, STILL):
        one.write(p, int(arguments[0]))
elif what == "check":
    for p in all_pages(0, STILL):
        print("still", p, verdict(one, p, content(p, int(arguments[0]))))
    for p in all_pages(LIVE_AT + LIVE, 4):
        print("hole", p, verdict(one, p, bytes(4096)))
elif what == "read":
    for p in map(int, arguments):
        print(p, verdict(one, p, None), flush=True)
