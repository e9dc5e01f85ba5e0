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
and with requests, which are counted instead of replies:
  flip-write one bit of a write's data is turned
  enospc    a write is refused with ENOSPC and never gets to the server
  enospc-any, eio   likewise any request, with ENOSPC or EIO
  late      a write is held back, whole or its second half, and its connection reset
            on the client's side only; when replies come over newer connections to that
            export, the server gets the rest. MODE-FILE.late counts: "held N refused N answered N".
and with answers that tell checksums (BLOCK_STATUS), which are counted instead of others:
  sum-flip     one bit of a checksum is turned
  sum-absent   all pages are told to be absent
  sum-few      the first descriptor only, which is allowed
  sum-many     more descriptors than pages were asked for
  sum-zero     a descriptor of no length
  sum-huge     4 GiB of descriptors are said to follow
  sum-context  another context's
  sum-cookie   an answer to another request
  sum-error    an error
  sum-simple   an error, as a simple reply
  sum-garbage  random bytes
  sum-cut      half of it, then the end
  sum-swallow  it never comes
While MODE-FILE.plain exists, the proxy knows no structured replies.
"""
import os
import random
import socket
import struct
import sys
import threading
import time

DELAY = 0.3
GO, STRUCTURED, ACK, ERR_UNSUP = 7, 8, 1, 0x80000001
WRITE, EIO, ENOSPC = 1, 5, 28
OF_REQUESTS = ("flip-write", "enospc", "enospc-any", "eio", "late")
REQUEST, REPLY, OPTION, OPTION_REPLY = 0x25609513, 0x67446698, b"IHAVEOPT", 0x3E889045565A9
CHUNK, CHUNK_STATUS, CHUNK_ERROR = 0x668E33EF, 5, 0x8001
listen, port, server, mode_file = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
lock = threading.Lock()
done = 0
links = []  # of all time
late = {"held": 0, "refused": 0, "answered": 0}


class Ended(Exception):
    pass


class Link:
    """A connection of the client and the one to the server that belongs to it."""

    def __init__(self, client, upstream):
        self.client, self.upstream = client, upstream
        self.pending = {}  # cookie -> length of the reply's data
        self.sending = threading.Lock()  # towards the client
        self.held = None  # the cookie of a write that is held back
        self.hung_up = False  # the server has closed it
        self.export = None  # its name, once it is asked for
        self.replied = 0

    def to_client(self, data):
        with self.sending:
            self.client.sendall(data)


def take(sock, n):
    data = b""
    while len(data) < n:
        more = sock.recv(n - len(data))
        if not more:
            raise Ended
        data += more
    return data


def of_what(mode):
    return "sum" if mode.startswith("sum-") else "request" if mode in OF_REQUESTS else "reply"


def mode_now(of="reply", is_write=False):
    """What to do with this reply or request, and count it."""
    with lock:
        with open(mode_file, encoding="ascii") as f:
            words = f.read().split()
        if not words or words[0] == "pass" or of_what(words[0]) != of:
            return "pass"
        if of == "request" and not is_write and words[0] not in ("enospc-any", "eio"):
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


def turned(data):
    at = random.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :]


def count_late(what):
    with lock:
        late[what] += 1
        with open(mode_file + ".late.new", "w", encoding="ascii") as f:
            f.write(" ".join(f"{k} {v}" for k, v in late.items()) + "\n")
        os.rename(mode_file + ".late.new", mode_file + ".late")


def export_of(option):
    """The name in the data of a GO, without what else a netram client puts there."""
    return option[4 : 4 + struct.unpack(">I", option[:4])[0]].split(b"?")[0]


def deliver(link, rest, before):
    """What was held back, once the client is well under way over newer connections.

    Those are a session of its own for each export. One reply shows that it is renewed;
    an export that has little to do may never have more."""
    patience = time.monotonic() + 5
    enough = 8
    while sum(l.replied for l in links[before:] if l.export == link.export) < enough:
        time.sleep(0.02)
        if time.monotonic() > patience:
            enough = 1
    try:
        link.upstream.sendall(rest)
        # replies() reads, and knows the answer when it sees it
        while link.held is not None and not link.hung_up:
            time.sleep(0.05)
    except OSError:
        pass
    if link.held is not None:
        count_late("refused")
    reset(link.upstream)


def hold(link, head, data):
    """The client's end is gone; the server must not notice."""
    with lock:
        whole = late["held"] % 2 == 0
    message = head + data
    now = b"" if whole else message[: 28 + len(data) // 2]
    link.held = struct.unpack(">Q", head[8:16])[0]
    link.upstream.sendall(now)
    count_late("held")
    threading.Thread(target=deliver, args=(link, message[len(now) :], len(links)), daemon=True).start()
    reset(link.client)


def requests(link):
    """From the client to the server; remembers what the replies will look like."""
    client, upstream, pending = link.client, link.upstream, link.pending
    upstream.sendall(take(client, 4))
    while True:
        head = take(client, 16)
        data = take(client, struct.unpack(">I", head[12:])[0])
        option = struct.unpack(">I", head[8:12])[0]
        if option == STRUCTURED and os.path.exists(mode_file + ".plain"):
            link.to_client(struct.pack(">QIII", OPTION_REPLY, option, ERR_UNSUP, 0))
            continue
        upstream.sendall(head + data)
        if option == GO:
            link.export = export_of(data)
            break
    while True:
        head = take(client, 28)
        _, _, kind, cookie, _, length = struct.unpack(">IHHQQI", head)
        data = take(client, length) if kind == WRITE else b""
        mode = mode_now("request", kind == WRITE)
        if mode == "late":
            did()
            hold(link, head, data)
            return
        if mode in ("enospc", "enospc-any", "eio"):
            link.to_client(struct.pack(">IIQ", REPLY, EIO if mode == "eio" else ENOSPC, cookie))
            did()
            continue
        pending[cookie] = length if kind == 0 else 0
        upstream.sendall(head + (turned(data) if mode == "flip-write" else data))
        if mode != "pass":
            did()


def handshake(client, upstream):
    client.sendall(take(upstream, 18))
    while True:
        head = take(upstream, 20)
        _, option, kind, length = struct.unpack(">QIII", head)
        client.sendall(head + take(upstream, length))
        if option == GO and kind == ACK:
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
        return head + turned(data), False
    if mode == "swallow":
        return b"", False
    return head + data, False


def status_spoiled(mode, cookie, payload):
    """As spoiled(), of an answer that tells checksums."""
    words = list(struct.unpack(f">{len(payload) // 4}I", payload))
    kind, length = CHUNK_STATUS, None
    if mode == "sum-flip":
        words[2 + 2 * random.randrange(len(words) // 2)] ^= 1 << random.randrange(32)
    elif mode == "sum-absent":
        words[2::2] = [0] * (len(words) // 2)
    elif mode == "sum-few":
        del words[3:]
    elif mode == "sum-many":
        words += words[1:] * 8
    elif mode == "sum-zero":
        words[-2] = 0
    elif mode == "sum-huge":
        length = 0xFFFFFFFC
    elif mode == "sum-context":
        words[0] ^= 1
    elif mode == "sum-cookie":
        cookie ^= 1
    elif mode == "sum-error":
        kind, words = CHUNK_ERROR, [EIO, 0x00000000]
        length = 6
    elif mode == "sum-simple":
        return struct.pack(">IIQ", REPLY, EIO, cookie), False
    elif mode == "sum-garbage":
        return random.randbytes(70000), False
    elif mode == "sum-swallow":
        return b"", False
    data = struct.pack(f">{len(words)}I", *words)
    length = len(data) if length is None else length
    if mode == "sum-error":
        data = data[:6]
    out = struct.pack(">IHHQI", CHUNK, 1, kind, cookie, length) + data
    return (out[: len(out) // 2], True) if mode == "sum-cut" else (out, False)


def deliver_spoiled(link, out, end):
    try:
        link.to_client(out)
    finally:
        # the client may have enough of it before it has got it all
        did()
    if end:
        raise Ended


def chunk(link, head):
    """A structured reply, of which 16 bytes are there."""
    head += take(link.upstream, 4)
    _, _, kind, cookie, length = struct.unpack(">IHHQI", head)
    payload = take(link.upstream, length)
    mode = mode_now("sum") if kind == CHUNK_STATUS else "pass"
    if mode == "pass":
        link.to_client(head + payload)
        return
    deliver_spoiled(link, *status_spoiled(mode, cookie, payload))


def send_delayed(link, out):
    try:
        link.to_client(out)
        did()
    except OSError:
        pass


def replies(link):
    upstream = link.upstream
    handshake(link.client, upstream)
    while True:
        head = take(upstream, 16)
        magic, error, cookie = struct.unpack(">IIQ", head)
        if magic == CHUNK:
            chunk(link, head)
            continue
        if cookie == link.held:
            count_late("answered")
            link.held = None
            return
        length = link.pending.pop(cookie)
        data = take(upstream, length) if not error else b""
        if link.held is not None:
            continue
        mode = mode_now() if length or not mode_wants_data() else "pass"
        if mode == "pass":
            link.to_client(head + data)
            link.replied += 1
            continue
        if mode == "stall":
            link.to_client((head + data)[: 16 + len(data) // 2])
            did()
            while True:
                take(upstream, 1)
        if mode.startswith("delay"):
            copies = 2 if mode == "delaytwice" else 1
            threading.Timer(DELAY, send_delayed, (link, (head + data) * copies)).start()
            continue
        deliver_spoiled(link, *spoiled(mode, head, data))


def mode_wants_data():
    with open(mode_file, encoding="ascii") as f:
        return f.read().split()[:1] in (["flip"], ["cut"], ["stall"])


def half(function, link):
    try:
        function(link)
    except (Ended, OSError, KeyError, ValueError):
        pass
    if link.held is None:
        reset(link.client, link.upstream)
    elif function is replies:
        link.hung_up = True


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
        link = Link(client, upstream)
        links.append(link)
        for function in (requests, replies):
            threading.Thread(target=half, args=(function, link), daemon=True).start()


main()
