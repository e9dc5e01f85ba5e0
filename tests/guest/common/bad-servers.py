#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Servers that are no use, each on a port of its own counted from PORT in this order:
garbage, closes at once, says nothing, old style, endless answer, huge answer, wants TLS,
small export, read-only export, large blocks, no export described.

  bad-servers.py ADDRESS PORT
"""
import os
import socket
import struct
import sys
import threading
import time

MAGIC = b"NBDMAGIC"
HELLO = MAGIC + b"IHAVEOPT" + struct.pack(">H", 3)


def option(sock):
    """The client's flags and its option."""
    head = b""
    while len(head) < 4 + 16:
        head += sock.recv(4 + 16 - len(head)) or sys.exit()
    left = struct.unpack(">I", head[-4:])[0]
    while left:
        left -= len(sock.recv(left))


def reply(kind, data=b"", length=None):
    return struct.pack(">QIII", 0x3E889045565A9, 7, kind, len(data) if length is None else length) + data


def export(size, flags=1):
    return reply(3, struct.pack(">HQH", 0, size, flags))


def after_option(*replies):
    def serve(sock):
        sock.sendall(HELLO)
        option(sock)
        for r in replies:
            sock.sendall(r)
        sock.recv(1)

    return serve


def garbage(sock):
    sock.sendall(os.urandom(4096))
    sock.recv(1)


def silent(sock):
    time.sleep(60)


def old_style(sock):
    sock.sendall(MAGIC + struct.pack(">QQI", 0x420281861253, 1 << 30, 1) + bytes(124))
    sock.recv(1)


def endless(sock):
    sock.sendall(HELLO)
    option(sock)
    while True:
        sock.sendall(reply(3, struct.pack(">H", 99)))


GIB = 1 << 30
SERVERS = [
    garbage,
    lambda sock: None,
    silent,
    old_style,
    endless,
    after_option(reply(3, b"", 0xFFFFFFFF)),
    after_option(reply(0x80000005, b"TLS first")),
    after_option(export(1 << 20), reply(1)),
    after_option(export(GIB, 3), reply(1)),
    after_option(export(GIB), reply(3, struct.pack(">HIII", 3, 65536, 65536, 1 << 25)), reply(1)),
    after_option(reply(1)),
]


def one(serve, sock):
    try:
        serve(sock)
    except OSError:
        pass
    sock.close()


def listener(address, port):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((address, port))
    s.listen(16)
    return s


def accept(s, serve):
    while True:
        sock, _ = s.accept()
        threading.Thread(target=one, args=(serve, sock), daemon=True).start()


for i, serve in enumerate(SERVERS):
    s = listener(sys.argv[1], int(sys.argv[2]) + i)
    threading.Thread(target=accept, args=(s, serve)).start()
print("ready", flush=True)
