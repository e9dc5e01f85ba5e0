#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A man in the middle between a client and an NBD server, who misbehaves on demand.

  nbd-proxy.py LISTEN-ADDRESS LISTEN-PORT SERVER-PORT MODE-FILE

The first line of MODE-FILE is "MODE [COUNT]"; after COUNT replies were treated so it
becomes "pass 0". What was done is counted in MODE-FILE.done. Modes:
  pass      nothing
  cookie    a reply to a request that was never made comes first
  twice     the reply comes twice
  magic     the reply's magic number is wrong
  short     half of the reply's header, then the connection ends
  cut       half of a read's data, then the connection is reset
  garbage   random bytes in place of the reply
  error     an error number that nobody knows
  flip      one bit of a read's data is turned
  swallow   the reply never comes
  stall     half of a read's data, then nothing at all while the connection lasts
  delay     the reply comes DELAY seconds later, others before it
  delaytwice the same, and then it comes again
"""
import os
import random
import socket
import struct
import sys
import threading

DELAY = 0.3
GO, ACK = 7, 1
REQUEST, REPLY, OPTION, OPTION_REPLY = 0x25609513, 0x67446698, b"IHAVEOPT", 0x3E889045565A9
listen, port, server, mode_file = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
lock = threading.Lock()
done = 0


class Ended(Exception):
    pass


def take(sock, n):
    data = b""
    while len(data) < n:
        more = sock.recv(n - len(data))
        if not more:
            raise Ended
        data += more
    return data


def mode_now():
    """What to do with this reply, and count it."""
    global done
    with lock:
        with open(mode_file, encoding="ascii") as f:
            words = f.read().split()
        if not words or words[0] == "pass":
            return "pass"
        left = int(words[1]) - 1
        with open(mode_file + ".next", "w", encoding="ascii") as f:
            f.write(f"{words[0]} {left}\n" if left else "pass 0\n")
        os.rename(mode_file + ".next", mode_file)
        return words[0]


def did():
    global done
    with lock:
        done += 1
        # never to be seen empty
        with open(mode_file + ".done.new", "w", encoding="ascii") as f:
            f.write(f"{done}\n")
        os.rename(mode_file + ".done.new", mode_file + ".done")


def reset(*socks):
    for s in socks:
        try:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            s.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        s.close()


def requests(client, upstream, pending):
    """From the client to the server; remembers what the replies will look like."""
    upstream.sendall(take(client, 4))
    while True:
        head = take(client, 16)
        data = take(client, struct.unpack(">I", head[12:])[0])
        upstream.sendall(head + data)
        if struct.unpack(">I", head[8:12])[0] == GO:
            break
    while True:
        head = take(client, 28)
        _, _, kind, cookie, _, length = struct.unpack(">IHHQQI", head)
        pending[cookie] = length if kind == 0 else 0
        upstream.sendall(head + (take(client, length) if kind == 1 else b""))


def handshake(client, upstream):
    client.sendall(take(upstream, 18))
    while True:
        head = take(upstream, 20)
        _, _, kind, length = struct.unpack(">QIII", head)
        client.sendall(head + take(upstream, length))
        if kind == ACK:
            return


def spoiled(mode, head, data):
    """The bytes to send, and whether the connection ends afterwards."""
    magic, error, cookie = struct.unpack(">IIQ", head)
    if mode == "cookie":
        return struct.pack(">IIQ", magic, 0, cookie ^ 0x5555555555555555) + head + data, False
    if mode == "twice":
        return (head + data) * 2, False
    if mode == "magic":
        return struct.pack(">IIQ", 0x668E33EF, error, cookie) + data, False
    if mode == "short":
        return head[:8], True
    if mode == "cut":
        return (head + data)[: 16 + len(data) // 2], True
    if mode == "garbage":
        return random.randbytes(70000), False
    if mode == "error":
        return struct.pack(">IIQ", magic, 0xDEADBEEF, cookie), False
    if mode == "flip" and data:
        at = random.randrange(len(data))
        return head + data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :], False
    if mode == "swallow":
        return b"", False
    return head + data, False


def send_late(client, sending, out):
    try:
        with sending:
            client.sendall(out)
        did()
    except OSError:
        pass


def replies(client, upstream, pending):
    handshake(client, upstream)
    sending = threading.Lock()
    while True:
        head = take(upstream, 16)
        _, error, cookie = struct.unpack(">IIQ", head)
        length = pending.pop(cookie)
        data = take(upstream, length) if not error else b""
        mode = mode_now() if length or not mode_wants_data() else "pass"
        if mode == "pass":
            with sending:
                client.sendall(head + data)
            continue
        if mode == "stall":
            client.sendall((head + data)[: 16 + len(data) // 2])
            did()
            while True:
                take(upstream, 1)
        if mode.startswith("delay"):
            copies = 2 if mode == "delaytwice" else 1
            threading.Timer(DELAY, send_late, (client, sending, (head + data) * copies)).start()
            continue
        out, end = spoiled(mode, head, data)
        try:
            with sending:
                client.sendall(out)
        finally:
            # the client may have enough of it before it has got it all
            did()
        if end:
            raise Ended


def mode_wants_data():
    with open(mode_file, encoding="ascii") as f:
        return f.read().split()[:1] in (["flip"], ["cut"], ["stall"])


def half(function, client, upstream, pending):
    try:
        function(client, upstream, pending)
    except (Ended, OSError, KeyError, ValueError):
        pass
    reset(client, upstream)


def main():
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((listen, port))
    s.listen(64)
    print("ready", flush=True)
    while True:
        client, _ = s.accept()
        try:
            upstream = socket.create_connection((listen, server))
        except OSError:
            reset(client)
            continue
        for sock in (client, upstream):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        pending = {}
        for function in (requests, replies):
            threading.Thread(target=half, args=(function, client, upstream, pending), daemon=True).start()


main()
