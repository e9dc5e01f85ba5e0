# SPDX-License-Identifier: GPL-2.0
"""What a netram-server's status socket says, without one: server.py PATH USED LIMIT SOME FULL"""
import json
import os
import socketserver
import sys

path, used, limit, some, full = sys.argv[1:]
BODY = json.dumps({"memory": {"used_bytes": int(used), "limit_bytes": int(limit),
                              "pressure_some_percent": float(some), "pressure_full_percent": float(full)},
                   "requests": {"enospc": 12 if int(used) > 0.85 * int(limit) else 0}}).encode()


class Answer(socketserver.StreamRequestHandler):
    def handle(self):
        self.request.recv(4096)
        self.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + BODY)


if os.path.exists(path):
    os.unlink(path)
with socketserver.UnixStreamServer(path, Answer) as server:
    server.serve_forever()
