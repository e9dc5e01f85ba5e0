#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Malformed messages to the generic netlink family netram: all must be refused.

  genl-nonsense.py SEED
"""
import random
import socket
import struct
import sys

r = random.Random(int(sys.argv[1]))
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
s.bind((0, 0))
s.settimeout(60)
seq = 0


def attr(kind, data):
    return struct.pack("=HH", len(data) + 4, kind) + data + bytes(-len(data) % 4)


def ask(family, command, payload):
    """The errno of the answer, 0 for success."""
    global seq
    seq += 1
    body = struct.pack("=BBH", command, 1, 0) + payload
    s.send(struct.pack("=IHHII", len(body) + 16, family, 5, seq, 0) + body)
    data = s.recv(65536)
    kind = struct.unpack_from("=H", data, 4)[0]
    if kind == 2:
        return -struct.unpack_from("=i", data, 16)[0]
    if command == 3 and family == 16:
        return data
    s.recv(65536)
    return 0


answer = ask(16, 3, attr(2, b"netram\0"))
at, family = 20, None
while at < len(answer):
    length, kind = struct.unpack_from("=HH", answer, at)
    if kind == 1:
        family = struct.unpack_from("=H", answer, at + 4)[0]
    at += (length + 3) & ~3
assert family, "no family netram"

NODE, VOLUME, NESTED = 1, 2, 0x8000
SOCKADDR = struct.pack("=H", 2) + struct.pack(">H", 10809) + bytes([192, 0, 2, 1]) + bytes(8)
good = 0
for i in range(400):
    command = r.choice([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 99, 255])
    inner = b""
    for _ in range(r.randrange(5)):
        kind = r.randrange(1, 20)
        data = r.choice(
            [b"", b"\0", b"x" * r.randrange(1, 300), b"..\0", b"a/b\0", b"name" * 40 + b"\0",
             struct.pack("=I", r.choice([0, 1, 0xFFFFFFFF])), struct.pack("=Q", r.choice([0, 1, 4096, 1 << 63])),
             SOCKADDR[: r.randrange(17)], r.randbytes(r.randrange(64))]
        )
        inner += attr(kind, data)
    if r.randrange(4) == 0:
        inner = r.randbytes(r.randrange(80))
    payload = attr(r.choice([NODE, VOLUME, 3, 7]) | r.choice([0, NESTED]), inner) if r.randrange(8) else inner
    good += ask(family, command, payload) == 0
print(f"# {good} of 400 messages were taken")
# by chance one may ask for the list; nothing may have been made
sys.exit(good > 40)
