# SPDX-License-Identifier: GPL-2.0
"""A headless Chromium with one page, driven through its DevTools pipe."""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

PROGRAMS = ("chromium-headless-shell", "chromium")
PATIENCE = 6    # as in tests/lib.sh: a busy machine gets more time than an idle one needs


def program():
    for name in PROGRAMS:
        if shutil.which(name):
            return name
    return None


class ScriptError(AssertionError):
    pass


class Browser:
    def __init__(self):
        to_child, self.out = os.pipe()
        self.inp, from_child = os.pipe()
        self.profile = tempfile.mkdtemp(prefix="netram-browser.")
        self.log = open(os.path.join(self.profile, "log"), "wb")

        def fds():
            # 3 and 4 are what --remote-debugging-pipe reads and writes; the pipes may have
            # these numbers already
            a, b = os.dup(to_child), os.dup(from_child)
            a, b = (os.dup(a), os.dup(b)) if min(a, b) <= 4 else (a, b)
            os.dup2(a, 3)
            os.dup2(b, 4)
        self.process = subprocess.Popen(
            [program(), "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
             "--user-data-dir=" + self.profile, "--no-first-run", "--disable-dev-shm-usage",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--disable-default-apps", "--no-default-browser-check", "about:blank"],
            preexec_fn=fds, close_fds=False, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        os.close(to_child)
        os.close(from_child)
        self.buffer, self.number, self.session = b"", 0, None
        self.events = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(domain + ".enable")

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.out)
        os.close(self.inp)
        self.log.close()
        shutil.rmtree(self.profile, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def read(self, end):
        """The next message, or None when it is too late."""
        while b"\0" not in self.buffer:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.inp], [], [], left)[0]:
                return None
            more = os.read(self.inp, 1 << 20)
            if not more:
                raise AssertionError("the browser has ended: " + open(self.log.name, errors="replace").read())
            self.buffer += more
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + 60 * PATIENCE
        while True:
            answer = self.read(end)
            if answer is None:
                raise AssertionError(method + ": no answer")
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def js(self, expression):
        """What an expression is, awaited."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise ScriptError(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def until(self, expression, seconds=30):
        """Wait until it is true, and give it."""
        end, error = time.monotonic() + seconds * PATIENCE, None
        while True:
            try:
                value = self.js(expression)
            except ScriptError as e:    # what it asks for is not there yet
                value, error = None, e
            if value:
                return value
            if time.monotonic() > end:
                raise AssertionError("never: " + expression) from error
            time.sleep(0.1)

    def look(self, width, height, dark, phone=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=2 if phone else 1, mobile=phone)
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def shot(self, path):
        """The whole page, as a PNG file."""
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)["data"]
        with open(path, "wb") as f:
            f.write(base64.b64decode(data))

    def took(self, method):
        return [e["params"] for e in self.events if e.get("method") == method]
