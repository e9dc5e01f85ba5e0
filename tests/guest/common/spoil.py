#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Turn one bit of pages in a server's store, behind the module's back.

  spoil.py URI BIT OFFSET...
"""
import sys

import nbd

uri, bit, offsets = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
handle = nbd.NBD()
handle.connect_uri(uri)
for offset in map(int, offsets):
    page = bytearray(handle.pread(4096, offset))
    page[bit // 8] ^= 1 << bit % 8
    handle.pwrite(page, offset)
handle.shutdown()
