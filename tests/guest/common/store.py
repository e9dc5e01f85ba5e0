#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Reach into the pages that a netram-server holds, which are in memfds.

  store.py flip PID EVERY     turn one bit in every EVERYth page; prints how many
  store.py save PID FILE      remember all pages
  store.py restore PID FILE   put back what was remembered of the pages that are held
                              now and differ; prints how many. Stop the server meanwhile.
"""
import os
import pickle
import random
import sys

PAGE = 4096
ZEROES = bytes(PAGE)


def spaces(pid):
    """The memfds, each with its name, by which it is known again in a new process."""
    folder = f"/proc/{pid}/fd/"
    for name in os.listdir(folder):
        target = os.readlink(folder + name)
        if target.startswith("/memfd:netram-"):
            yield target, os.open(folder + name, os.O_RDWR)


def held(fd):
    """(offset, content) of each page that is there."""
    end, size = 0, os.fstat(fd).st_size
    while end < size:
        try:
            at = os.lseek(fd, end, os.SEEK_DATA)
        except OSError:  # nothing behind it
            return
        end = os.lseek(fd, at, os.SEEK_HOLE)
        for offset in range(at, end, PAGE):
            yield offset, os.pread(fd, PAGE, offset)


def flip(pid, every):
    count = 0
    for _, fd in spaces(pid):
        for offset, page in held(fd):
            if page == ZEROES or random.randrange(every):
                continue
            at = random.randrange(PAGE)
            os.pwrite(fd, bytes([page[at] ^ 1 << random.randrange(8)]), offset + at)
            count += 1
    return count


def save(pid, path):
    pages = {(space, offset): page for space, fd in spaces(pid) for offset, page in held(fd)}
    with open(path, "wb") as f:
        pickle.dump(pages, f)
    return len(pages)


def restore(pid, path):
    count = 0
    with open(path, "rb") as f:
        pages = pickle.load(f)
    for space, fd in spaces(pid):
        for offset, page in held(fd):
            old = pages.get((space, offset), page)
            if old != page:
                os.pwrite(fd, old, offset)
                count += 1
    return count


verb, argument = sys.argv[1], sys.argv[3]
if verb == "flip":
    print(flip(sys.argv[2], int(argument)))
else:
    print({"save": save, "restore": restore}[verb](sys.argv[2], argument))
