# SPDX-License-Identifier: GPL-2.0
"""For tests of netram-server written in Python.

A test file is a script that uses Server and Client at module level inside
main() and ends in run(main). Results: exit 0 passed, 77 skipped, else failed.
"""
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import traceback

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("BUILD", os.path.join(TOP, "build"))
SERVER = os.environ.get("NETRAM_SERVER", os.path.join(BUILD, "bin/netram-server"))
PAGE = 4096
MIB = 1 << 20
# Seconds that something may take which takes an instant: patience costs nothing
# when all is well, and a busy machine may stand still for long.
LONG = 60

NBDMAGIC = 0x4E42444D41474943
IHAVEOPT = 0x49484156454F5054
OPTREPLY = 0x0003E889045565A9
REQUEST, SIMPLE, STRUCTURED = 0x25609513, 0x67446698, 0x668E33EF
OPT_EXPORT_NAME, OPT_ABORT, OPT_LIST, OPT_INFO, OPT_GO = 1, 2, 3, 6, 7
OPT_STRUCTURED = 8
READ, WRITE, DISC, FLUSH, TRIM, CACHE, ZEROES, STATUS = range(8)
REP_ACK, REP_SERVER, REP_INFO = 1, 2, 3
ERR_UNSUP, ERR_POLICY, ERR_INVALID = 0x80000001, 0x80000002, 0x80000003
ERR_PLATFORM, ERR_UNKNOWN, ERR_TOO_BIG = 0x80000004, 0x80000006, 0x80000009
EINVAL, ENOSPC = 22, 28


class Failure(Exception):
    pass


class Skip(Exception):
    pass


def check(ok, what):
    if not ok:
        raise Failure(what)


def equal(got, want, what):
    check(got == want, f"{what}: got {got!r}, not {want!r}")


def wait_for(condition, what, seconds=LONG):
    end = time.monotonic() + seconds
    while not condition():
        check(time.monotonic() < end, f"waited in vain for {what}")
        time.sleep(0.02)


class Server:
    """A server of its own, on a port of its own, in a directory of its own."""

    def __init__(self, *options, listen="127.0.0.1:0"):
        self.dir = tempfile.mkdtemp(prefix="netram-test-")
        self.status_path = os.path.join(self.dir, "status.sock")
        self.log = open(os.path.join(self.dir, "err"), "w+")
        self.process = subprocess.Popen(
            [SERVER, "--listen", listen, "--status", self.status_path,
             *options], stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline()
        check(line.startswith("listening on "), f"no server: {line!r}")
        self.port = int(line.rsplit(":", 1)[1])
        wait_for(lambda: os.path.exists(self.status_path), "the status socket")

    def __enter__(self):
        return self

    def __exit__(self, kind, value, tb):
        died = self.process.poll()
        if died is None:
            self.process.kill()
            self.process.wait()
        if kind or died:
            self.log.seek(0)
            sys.stderr.write(self.log.read())
        self.log.close()
        shutil.rmtree(self.dir, ignore_errors=True)
        if died and not kind:
            raise Failure(f"the server died: {died}")

    def uri(self, export=""):
        return f"nbd://127.0.0.1:{self.port}/{export}"

    def status(self):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(LONG)
            s.connect(self.status_path)
            s.sendall(b"GET /status HTTP/1.0\r\n\r\n")
            text = b""
            while piece := s.recv(65536):
                text += piece
        return json.loads(text.split(b"\r\n\r\n", 1)[1])

    def used(self):
        return self.status()["memory"]["used_bytes"]

    def accounted(self, what):
        """What is counted, used and idle, is what the kernel has for it."""
        wait_for(lambda: self.status()["memory"]["idle_bytes"] == 0,
                 f"nothing idle: {what}")
        equal(self.used(), self.memfd_blocks(), what)

    def terminate(self):
        """SIGTERM; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(LONG)

    def memory_of(self, field):
        """A field of /proc/PID/status, in bytes."""
        with open(f"/proc/{self.process.pid}/status") as f:
            for line in f:
                if line.startswith(field + ":"):
                    return int(line.split()[1]) * 1024
        raise Failure(f"no {field}")

    def memfd_blocks(self):
        """st_blocks of all its memfds, in bytes."""
        total, base = 0, f"/proc/{self.process.pid}/fd"
        for fd in os.listdir(base):
            path = os.path.join(base, fd)
            try:
                if "memfd:netram" in os.readlink(path):
                    total += os.stat(path).st_blocks * 512
            except FileNotFoundError:
                pass  # a connection that has just ended
        return total

    def alive(self):
        """It serves a stranger."""
        with Client(self, "alive-check?size=1048576") as c:
            equal(c.read(0, 16), bytes(16), "a read of nothing")


class Closed(Exception):
    pass


class Client:
    """NBD by hand, so that it can be done wrong."""

    def __init__(self, server, export=None, structured=False, timeout=LONG):
        self.cookie = 0
        self.size = None
        self.s = socket.create_connection(("127.0.0.1", server.port), timeout)
        self.s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        magic, opt, flags = struct.unpack(">QQH", self.take(18))
        equal((magic, opt, flags), (NBDMAGIC, IHAVEOPT, 3), "greeting")
        if export is not None:
            self.flags()
            if structured:
                equal(self.option(OPT_STRUCTURED)[-1][0], REP_ACK, "structured")
            self.go(export)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.s.close()

    def take(self, n):
        data = b""
        while len(data) < n:
            piece = self.s.recv(n - len(data))
            if not piece:
                raise Closed()
            data += piece
        return data

    def closed(self):
        """Does the server hang up (rather than answer)?"""
        try:
            return self.s.recv(1) == b""
        except ConnectionResetError:
            return True

    def flags(self, flags=3):
        self.s.sendall(struct.pack(">I", flags))

    def send_option(self, opt, data=b"", length=None):
        length = len(data) if length is None else length
        self.s.sendall(struct.pack(">QII", IHAVEOPT, opt, length) + data)

    def option_reply(self):
        magic, opt, rep, n = struct.unpack(">QIII", self.take(20))
        equal(magic, OPTREPLY, "magic of an option reply")
        return rep, self.take(n)

    def option(self, opt, data=b"", length=None):
        """All replies up to the last: [(reply, data)]."""
        self.send_option(opt, data, length)
        replies = [self.option_reply()]
        while replies[-1][0] in (REP_SERVER, REP_INFO, 4):
            replies.append(self.option_reply())
        return replies

    @staticmethod
    def go_data(name):
        name = name if isinstance(name, bytes) else name.encode()
        return struct.pack(">I", len(name)) + name + struct.pack(">H", 0)

    def try_go(self, name, opt=OPT_GO):
        """(reply, text) of the last answer."""
        replies = self.option(opt, self.go_data(name))
        for rep, data in replies:
            if rep == REP_INFO and data[:2] == b"\0\0":
                self.size = struct.unpack(">Q", data[2:10])[0]
        return replies[-1][0], replies[-1][1].decode()

    def go(self, name):
        rep, text = self.try_go(name)
        equal(rep, REP_ACK, f"GO {name} ({text})")

    def request(self, kind, off=0, length=0, payload=b"", flags=0,
                magic=REQUEST):
        self.cookie += 1
        self.s.sendall(struct.pack(">IHHQQI", magic, flags, kind, self.cookie,
                                   off, length) + payload)
        return self.cookie

    def reply(self, cookie=None):
        """Error of a simple reply."""
        magic, error, got = struct.unpack(">IIQ", self.take(16))
        equal(magic, SIMPLE, "magic of a reply")
        equal(got, cookie or self.cookie, "cookie")
        return error

    def call(self, kind, off=0, length=0, payload=b"", flags=0):
        return self.reply(self.request(kind, off, length, payload, flags))

    def write(self, off, data, flags=0):
        return self.call(WRITE, off, len(data), data, flags)

    def read(self, off, length):
        equal(self.call(READ, off, length), 0, "READ")
        return self.take(length)

    def chunk(self):
        magic, flags, kind, cookie, n = struct.unpack(">IHHQI", self.take(20))
        equal(magic, STRUCTURED, "magic of a chunk")
        return flags, kind, self.take(n)


def need_libnbd():
    try:
        import nbd
    except ImportError:
        raise Skip("no python3-libnbd") from None
    return nbd


def run(main):
    try:
        main()
    except Skip as e:
        print(f"SKIP: {e}")
        sys.exit(77)
    except Failure as e:
        traceback.print_exc(limit=-2)
        print(f"FAIL: {e}", file=sys.stderr)
        sys.exit(1)
    print("ok")
