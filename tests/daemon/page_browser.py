# SPDX-License-Identifier: GPL-2.0
"""page_browser.py PAGE FAKE SHOTS PID: looks at netramd's page; see page-browser"""
import json
import math
import os
import re
import select
import signal
import subprocess
import sys
import time
import urllib.request
from decimal import ROUND_HALF_UP, Decimal

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from browser import Browser  # noqa: E402

PAGE_SIZE = 4096
NBSP = "\u00a0"


def get(page, path):
    with urllib.request.urlopen(f"http://{page}{path}", timeout=60) as answer:
        return json.load(answer)


# ---- figures, written down once more

def fixed(value, places=0):
    """As toFixed() in JavaScript: of two that are as near the larger, where Python takes the even one."""
    return str(Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def digits(value):
    places = 0 if value >= 99.95 else 1 if value >= 9.995 else 2
    text = fixed(value, places)
    return text.rstrip("0").rstrip(".") if "." in text and set(text.split(".")[1]) == {"0"} else text


def bytes_(value):
    units = ["B", "KiB", "MiB", "GiB", "TiB"]
    unit = 0
    while value >= 1000 and unit < 4:
        value, unit = value / 1024, unit + 1
    return (digits(value) if unit else fixed(value)) + NBSP + units[unit]


def time_(ns):
    if ns is None:
        return "–"
    for limit, unit, name in ((999500, 1e3, "µs"), (999500000, 1e6, "ms"), (math.inf, 1e9, "s")):
        if ns < limit:
            return digits(ns / unit) + NBSP + name
    return None


def count(value):
    if value < 999.5:
        return fixed(value)
    return digits(value / 1e3) + NBSP + "k" if value < 999500 else digits(value / 1e6) + NBSP + "M"


def percent(share):
    tenths = math.floor(share * 1000)
    if share > 0 and not tenths:
        return f"<{NBSP}0.1{NBSP}%"
    return (f"{tenths / 10:.1f}" if tenths % 10 or tenths < 100 else f"{tenths // 10}") + NBSP + "%"


# ---- what is on the page

SNAPSHOT = """(() => {
    const text = (e, s) => e.querySelector(s)?.textContent ?? null;
    const card = (e) => ({
        name: text(e, 'h4'), badge: text(e, '.badge'), level: e.querySelector('.badge').dataset.level,
        sub: text(e, '.card-sub'), bar: text(e, '.bar-text'),
        width: e.querySelector('.bar').hidden ? null : parseFloat(e.querySelector('.bar > div').style.width),
        note: e.querySelector('.card-note').hidden ? '' : text(e, '.card-note'),
        fields: Object.fromEntries([...e.querySelectorAll('dd')].map((d) => [d.dataset.f, d.textContent])),
    });
    const all = (e, s) => [...e.querySelectorAll(s)];
    return JSON.stringify({
        seq: Number(document.body.dataset.seq), looks: Number(document.body.dataset.looks),
        point: Number(document.body.dataset.point), health: text(document, '#health'), sum: text(document, '#pool-sum'),
        pool: all(document, '.region').map((r) => [text(r, 'h3'), all(r, '.zone').map((z) => [
            text(z, 'h4'), all(z, '.card').map((c) => text(c, 'h4'))])]),
        nodes: Object.fromEntries(all(document, '#pool .card').map((c) => [text(c, 'h4'), card(c)])),
        volumes: Object.fromEntries(all(document, '#volumes .card').map((c) => [text(c, 'h4'), card(c)])),
        objectives: Object.fromEntries(all(document, '.tile').map((t) => [t.dataset.key, {
            badge: text(t, '.badge'), value: text(t, '.value'), each: text(t, '.each'),
            more: text(t, '.more')}])),
        findings: all(document, '#findings li').map((l) => l.textContent),
        events: all(document, '#events li').map((l) => l.textContent),
        banner: document.querySelector('#banner').hidden ? '' : text(document, '#banner'),
    });
})()"""


def snapshot(b, page):
    """The page, and the JSON that it was made of."""
    for _ in range(200):
        live, status = get(page, "/api/live"), get(page, "/api/status")
        seen = json.loads(b.js(SNAPSHOT))
        # an event is shown before the next sample; a module that is back is found by one of the two first
        if seen["seq"] == live["seq"] and seen["looks"] == status["looks"] and \
                len(live["nodes"]) == len(status["nodes"]) and \
                len(seen["events"]) == max(len(live["events"] + status["events"]), 1):
            points = {p["seq"]: p for p in get(page, "/api/history")["points"] if p["seq"] <= seen["point"]}
            return seen, live, status, points[seen["point"]], list(points.values())
        time.sleep(0.15)
    raise AssertionError("the page and the JSON are never of the same moment")


def same(what, got, want):
    if got != want:
        raise AssertionError(f"{what} is {got!r}, not {want!r}")


def check_node(card, node, told, point):
    server = told.get("server", {})
    used, room = node["pages"] * PAGE_SIZE, told.get("capacity_bytes")
    if server.get("limit_bytes") and not server["error"]:
        used, room = server["used_bytes"], server["limit_bytes"]
    now = next(n for n in point["nodes"] if n["name"] == node["name"])
    second = point["interval_ms"] / 1000
    name = node["name"]
    same(name + " state", card["badge"], node["state"])
    same(name + " level", card["level"], {"up": "good", "down": "bad"}[node["state"]])
    same(name + " address", card["sub"], f"{node['address']}:{node['port']}")
    same(name + " fill", card["bar"], f"{bytes_(used)} of {bytes_(room)} ({percent(used / room)})")
    assert abs(card["width"] - used / room * 100) < 0.01, card
    pressure = "not told"
    if "pressure_some_percent" in server and not server["error"]:
        pressure = f"{server['pressure_some_percent']:.1f} % some, {server['pressure_full_percent']:.1f} % full"
    same(name + " pressure", card["fields"]["pressure"], pressure)
    same(name + " stored", card["fields"]["stored"],
         f"{bytes_(node['pages'] * PAGE_SIZE)} in {count(node['extents'])} extents")
    same(name + " p99", card["fields"]["p99"], time_(now.get("read_p99_ns")))
    same(name + " received", card["fields"]["rx"], bytes_(now["rx_bytes"] / second) + "/s")
    same(name + " sent", card["fields"]["tx"], bytes_(now["tx_bytes"] / second) + "/s")
    if node["state"] == "down":
        same(name + " note", card["note"], node["last_error"])
    elif server.get("error"):
        assert server["error"] in card["note"], card


def check_volume(card, volume, point, points):
    name, stored = volume["name"], volume["pages"] * PAGE_SIZE
    now = next(v for v in point["volumes"] if v["name"] == name)
    second = point["interval_ms"] / 1000
    ours = [v for p in points for v in p["volumes"] if v["name"] == name]

    def rates(n, size):
        return f"{count(now[n] / second)}/s, {bytes_(now[size] / second)}/s"

    def share(part, whole):
        return percent(sum(map(part, ours)) / sum(map(whole, ours)))
    same(name + " state", card["badge"], volume["state"])
    same(name + " stored", card["bar"],
         f"{bytes_(stored)} of {bytes_(volume['size_bytes'])} ({percent(stored / volume['size_bytes'])})")
    same(name + " reads", card["fields"]["reads"], rates("reads", "read_bytes"))
    same(name + " writes", card["fields"]["writes"], rates("writes", "written_bytes"))
    same(name + " latency", card["fields"]["p99"], f"{time_(now.get('read_p50_ns'))}, {time_(now.get('read_p99_ns'))}")
    same(name + " within", card["fields"]["within"], share(lambda v: v["within_target"], lambda v: v["reads"]))
    same(name + " hits", card["fields"]["hits"], share(lambda v: v["pages"] - v["missed_pages"], lambda v: v["pages"]))
    same(name + " overhead", card["fields"]["overhead"],
         share(lambda v: v["overhead_bytes"], lambda v: v["payload_bytes"]))
    same(name + " reason", card["note"], volume.get("reason", ""))
    same(name + " backup", "backup" in card["fields"], "backup" in volume)


def check_objectives(tiles, status, points):
    kinds = {}
    for o in status["objectives"]:
        kinds.setdefault(o["objective"], []).append(o)
    for kind, all_ in kinds.items():
        worst = (min if kind == "hit_rate_percent" else max)(all_, key=lambda o: o["value"])
        tile = tiles[kind]
        same(kind, tile["badge"], "met" if all(o["met"] for o in all_) else "missed")
        same(kind, tile["value"], time_(worst["value"] * 1000) if kind.endswith("_us") else f"{worst['value']}{NBSP}%")
    reads = sum(p["all"]["reads"] for p in points)
    same("reads of late", tiles["read_p50_us"]["more"],
         f"{percent(sum(p['all']['within_target'] for p in points) / reads)} of {count(reads)} reads within 100{NBSP}µs of late")
    # what REQUIREMENTS asks for is there
    for kind in ("read_p50_us", "hit_rate_percent", "utilization_percent", "network_overhead_percent"):
        assert kind in tiles and kind in kinds, tiles


def check_all(b, page):
    seen, live, status, point, points = snapshot(b, page)
    regions = {}
    for node in live["nodes"]:
        regions.setdefault(node["region"], {}).setdefault(node["zone"], []).append(node["name"])
    same("the pool", seen["pool"], [[f"region {r}", [[f"zone {z}", n] for z, n in sorted(zones.items())]]
                                    for r, zones in sorted(regions.items())])
    told = {n["name"]: n for n in status["nodes"]}
    for node in live["nodes"]:
        check_node(seen["nodes"][node["name"]], node, told[node["name"]], point)
    same("volumes", list(seen["volumes"]), [v["name"] for v in live["volumes"]])
    for volume in live["volumes"]:
        check_volume(seen["volumes"][volume["name"]], volume, point, points)
    check_objectives(seen["objectives"], status, points)
    same("findings", seen["findings"], [f["kind"] + f["text"] for f in status["findings"]])
    events = sorted(live["events"] + status["events"], key=lambda e: -e["time_ns"])
    if events:
        same("events", len(seen["events"]), len(events))
        for line, event in zip(seen["events"], events):
            for part in [event["kind"] + event["text"]] if "kind" in event else \
                    [event["node"], event["state"], event["volume"]]:
                assert part in line, (line, event)
    return seen


# ---- how it looks

OVERFLOW = """(() => {
    const wide = document.documentElement.clientWidth;
    return [...document.querySelectorAll('body *')]
        .filter((e) => e.getBoundingClientRect().right > wide + 0.5 || e.getBoundingClientRect().left < -0.5 ||
                       (e.scrollWidth > e.clientWidth + 1 && !['INLINE', 'inline'].includes(getComputedStyle(e).display) &&
                        getComputedStyle(e).overflowX === 'visible' && e.clientWidth))
        .map((e) => `${e.tagName} ${e.className} ${e.textContent.slice(0, 40)}`);
})()"""

# of every element that has a text of its own, against what is behind it
CONTRAST = """(() => {
    const parse = (c) => c.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
        .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const behind = (e) => {
        for (; e; e = e.parentElement) {
            const c = parse(getComputedStyle(e).backgroundColor);
            if (c.length === 3 || c[3] === 1)
                return c;
        }
        return [255, 255, 255];
    };
    let worst = [99, ''];
    for (const e of document.querySelectorAll('body *')) {
        const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
        if (!own || !e.getClientRects().length || e.tagName === 'OPTION')
            continue;
        const a = light(parse(getComputedStyle(e).color)), b = light(behind(e));
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (ratio < worst[0])
            worst = [ratio, `${e.tagName} ${e.className} ${e.textContent}`];
    }
    return worst;
})()"""

INK = """(() => [...document.querySelectorAll('canvas')].map((canvas) => {
    const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    let ink = 0;
    for (let i = 3; i < data.length; i += 4)
        ink += data[i] > 0;
    return ink / (data.length / 4);
}))()"""

PICTURES = "[...document.querySelectorAll('canvas')].map((c) => c.toDataURL())"


def check_look(b, shots, name, width, height, dark):
    b.look(width, height, dark, phone=width < 500)
    b.until(f"innerWidth === {width}")
    b.until(f"matchMedia('(prefers-color-scheme: dark)').matches === {str(dark).lower()}")
    seq = b.js("Number(document.body.dataset.seq)")
    b.until(f"Number(document.body.dataset.seq) > {seq}")
    same(f"{name}: too wide", b.js(OVERFLOW), [])
    ratio, what = b.js(CONTRAST)
    assert ratio >= 4.5, f"{name}: a contrast of {ratio:.2f}: {what}"
    back = b.js("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)[0]")
    assert (back < 128) == dark, f"{name}: a background of {back}"
    ink = b.js(INK)
    same(f"{name}: plots", len(ink), 9)
    assert min(ink) > 0.005, f"{name}: an empty plot: {ink}"
    b.shot(os.path.join(shots, name + ".png"))
    print(f"{name}: worst contrast {ratio:.2f}, ink {min(ink):.3f} to {max(ink):.3f}")


# ---- what plots show, against what is written at their axes

# what is written on each canvas since it was cleared last
KEEP_LABELS = """(() => {
    const of = CanvasRenderingContext2D.prototype, {clearRect, fillText} = of;
    of.clearRect = function(...at) { this.canvas.labels = []; clearRect.apply(this, at); };
    of.fillText = function(text, x, y) {
        this.canvas.labels.push({text, x, y, align: this.textAlign});
        fillText.call(this, text, x, y);
    };
})()"""

# EDGE: how many columns of pixels are looked at, at each end
EDGE = 24
CANVASES = """(() => {
    const columns = (c, x) => {
        const {data, width, height} = c.getContext('2d').getImageData(x, 0, EDGE, c.height);
        return Array.from({length: width}, (_, i) => Array.from({length: height}, (_, y) =>
            [...data.slice((y * width + i) * 4, (y * width + i) * 4 + 4)]));
    };
    const plot = (c) => {
        const from = c.labels.find((l) => l.text.endsWith('10 min')).x, to = c.labels.find((l) => l.text === 'now').x;
        return {labels: c.labels, from, to, first: columns(c, from), last: columns(c, to - EDGE)};
    };
    const color = (name) => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
    const all = [...document.querySelectorAll('canvas')];
    return all.every((c) => c.labels?.length) && {
        point: Number(document.body.dataset.point),
        plots: Object.fromEntries(all.map((c) => [c.parentElement.id.slice('plot-'.length), plot(c)])),
        colors: Object.fromEntries(['one', 'two', 'three', 'heat', 'target'].map((n) => [n, color(n)])),
    };
})()""".replace("EDGE", str(EDGE))

UNITS = {"": 1, "%": 1, "B": 1, "k": 1e3, "M": 1e6, "µs": 1e3, "ms": 1e6, "s": 1e9,
         "KiB": 2 ** 10, "MiB": 2 ** 20, "GiB": 2 ** 30, "TiB": 2 ** 40}


def number(text):
    value, unit = re.fullmatch(r"([\d.]+)\s*([^/]*)(?:/s)?", text).groups()
    return float(value) * UNITS[unit]


class Plot:
    """A plot as who looks at it reads it: where a value is, the labels of the axis tell."""
    def __init__(self, name, drawn, colors):
        self.name, self.first, self.last, self.colors = name, drawn["first"], drawn["last"], colors
        self.scale = math.log if name in ("heat", "latency") else float
        assert drawn["from"] < drawn["to"], f"{name}: later is not further right"
        self.per_ms = (drawn["to"] - drawn["from"]) / 600000
        self.ticks = sorted((number(label["text"]), label["y"]) for label in drawn["labels"]
                            if label["align"] == "right" and label["text"] != "now")
        ys = [y for _, y in self.ticks]
        assert len(ys) > 1 and ys == sorted(set(ys), reverse=True), f"{name}: more is not further up: {self.ticks}"
        for value, y in self.ticks:
            assert abs(self.y(value) - y) < 1, f"{name}: uneven: {self.ticks}"

    def y(self, value):
        (low, bottom), (high, top) = self.ticks[0], self.ticks[-1]
        low, high = self.scale(low), self.scale(high)
        return bottom + (self.scale(value) - low) / (high - low) * (top - bottom)

    def inked(self, column, color):
        """Where a column of pixels has a color, if ever so thin."""
        want = [int(self.colors[color][i:i + 2], 16) for i in (1, 3, 5)]
        return [y + 0.5 for y, (*rgb, alpha) in enumerate(column)
                if alpha > 20 and max(abs(a - b) for a, b in zip(rgb, want)) < 30]


def look_at_plots(b, page):
    """All, with the last two points that are there."""
    while True:
        seen = b.until(CANVASES)
        points = {p["seq"]: p for p in get(page, "/api/history")["points"]}
        if seen["point"] - 1 in points:
            break
    plots = {name: Plot(name, drawn, seen["colors"]) for name, drawn in seen["plots"].items()}
    return plots, points[seen["point"] - 1], points[seen["point"]]


def check_heat(plot, rows_ns, before, point):
    """Of the last point each row, and no other, is where its bounds are at the axis."""
    begin = max(point["time_ms"] - point["interval_ms"], before["time_ms"])
    column = plot.last[max(int(EDGE - (point["time_ms"] - begin) * plot.per_ms / 2), 0)]
    inked = plot.inked(column, "heat")
    first, *counts = point["all"]["heat"]
    counts = dict(enumerate(counts, first))
    seen = []
    for row in range(1, len(rows_ns) - 1):
        low, high = rows_ns[row:row + 2]
        if low < plot.ticks[0][0] or high > plot.ticks[-1][0]:
            continue
        middle, quarter = (plot.y(low) + plot.y(high)) / 2, (plot.y(low) - plot.y(high)) / 4
        # a line of the grid or of the objective may go through it
        inner = [y + 0.5 for y in range(len(column)) if abs(y + 0.5 - middle) <= max(quarter, 1)]
        part = len(set(inner) & set(inked)) / len(inner)
        assert (part >= 0.5) == bool(counts.get(row)), \
            f"{counts.get(row, 0)} reads from {low} to {high} ns, and {part:.0%} of their place is painted"
        if counts.get(row):
            seen.append(row)
    assert len(seen) >= 3, seen


def rate(key):
    return lambda p: p["all"][key] * 1000 / p["interval_ms"]


def nodes_rate(key):
    return lambda p: sum(n[key] for n in p["nodes"]) * 1000 / p["interval_ms"]


LINES = {
    "latency": [lambda p: p["all"]["read_p50_ns"], lambda p: p["all"]["read_p99_ns"], lambda p: p["all"]["write_p99_ns"]],
    "traffic": [rate("read_bytes"), rate("written_bytes")],
    "requests": [rate("reads"), rate("writes")],
    "hits": [lambda p: (1 - p["all"]["missed_pages"] / p["all"]["pages"]) * 100],
    "overhead": [lambda p: p["all"]["overhead_bytes"] / p["all"]["payload_bytes"] * 100],
    "mover": [rate("mover_bytes")],
    "stored": [lambda p: p["all"]["stored_bytes"]],
    "network": [nodes_rate("rx_bytes"), nodes_rate("tx_bytes")],
}


def check_lines(plot, lines, before, point):
    """Each goes from the point before to the last one, through what is between them."""
    left = EDGE - 2
    share = (EDGE - left - 0.5) / ((point["time_ms"] - before["time_ms"]) * plot.per_ms)
    ys = [plot.y(get(point)) + (plot.y(get(before)) - plot.y(get(point))) * share for get in lines]
    for i, (y, color) in enumerate(zip(ys, ("one", "two", "three"))):
        # one may be painted over by those that come later
        if any(abs(y - later) < 6 for later in ys[i + 1:]):
            continue
        inked = plot.inked(plot.last[left], color)
        assert any(abs(y - at) < 2.5 for at in inked), f"{plot.name}: line {color} is at {inked}, not {y}"


def check_targets(plots, limits):
    wanted = {name: limits["read_p50_us"] * 1000 for name in ("heat", "latency")}
    wanted["overhead"] = limits["network_overhead_percent"]
    for name, plot in plots.items():
        # where there are no points yet, or it would be painted over
        inked = {y for column in plot.first for y in plot.inked(column, "target")}
        if name in wanted:
            y = plot.y(wanted[name])
            assert inked and all(abs(y - at) < 2 for at in inked), f"{name}: the objective is at {inked}, not {y}"
        else:
            same(f"{name}: an objective", inked, set())


def check_plots(b, page):
    rows_ns = get(page, "/api/live")["rows_ns"]
    plots, before, point = look_at_plots(b, page)
    same("plots", sorted(plots), sorted(["heat", *LINES]))
    check_heat(plots["heat"], rows_ns, before, point)
    for name, lines in LINES.items():
        check_lines(plots[name], lines, before, point)
    check_targets(plots, get(page, "/api/status")["limits"])


# ---- what the browser was asked to do

def check_requests(b, page):
    asked = [e["request"]["url"] for e in b.took("Network.requestWillBeSent")]
    assert len(asked) > 20, asked
    outside = [u for u in asked if not u.startswith(f"http://{page}/")]
    same("asked elsewhere", outside, [])
    failed = [e for e in b.took("Network.responseReceived") if e["response"]["status"] != 200]
    same("not answered", failed, [])
    for event in ("Runtime.exceptionThrown", "Runtime.consoleAPICalled"):
        same(event, b.took(event), [])
    # of looking into canvases, which is the test's doing
    same("the log", [e for e in b.took("Log.entryAdded") if "willReadFrequently" not in e["entry"]["text"]], [])


def check_policy(b):
    """Nothing else runs and nothing is asked elsewhere, even if it got into the page."""
    b.js("""(() => { const s = document.createElement('script');
        s.textContent = 'window.intruder = 1'; document.body.append(s); s.remove(); })()""")
    same("a script in the page", b.js("window.intruder ?? null"), None)
    same("another host", b.js("fetch('http://192.0.2.1/').then(() => 'asked', () => 'refused')"), "refused")
    b.until("true")
    assert any("Content Security Policy" in e["entry"]["text"] for e in b.took("Log.entryAdded")), b.took("Log.entryAdded")


def put(folder, name, text=""):
    with open(os.path.join(folder, name), "w") as f:
        f.write(text)


# ---- another netramd

class Netramd:
    """The same again as process PID, which ends."""
    def __init__(self, pid):
        def words(name):
            with open(f"/proc/{pid}/{name}", "rb") as f:
                return f.read().split(b"\0")[:-1]
        argv, env = words("cmdline"), dict(w.split(b"=", 1) for w in words("environ"))
        with open(f"/proc/{pid}/fd/2", "ab", buffering=0) as log:
            process = os.pidfd_open(pid)
            os.kill(pid, signal.SIGTERM)
            select.select([process], [], [])
            os.close(process)
            self.process = subprocess.Popen(argv, env=env, stderr=log)
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def wait_for_seq(page, seq):
    for _ in range(600):
        try:
            if get(page, "/api/live")["seq"] >= seq:
                return
        except OSError:     # not yet
            pass
        time.sleep(0.3)
    raise AssertionError(f"never: a sample {seq}")


def hide(b, page):
    """The tab, until it does not ask any more; the last sample that it has."""
    b.js("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    while True:
        seq = b.js("Number(document.body.dataset.seq)")
        wait_for_seq(page, seq + 3)
        if b.js("Number(document.body.dataset.seq)") == seq:
            return seq


def check_restart(b, page, seq):
    """Of the netramd before, which was there for SEQ samples, nothing is left in the page."""
    wait_for_seq(page, seq + 2)
    b.js("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    b.until("document.querySelectorAll('#objectives .badge[data-level=good]').length >= 4")
    check_all(b, page)


def check_modules(b):
    """Parts of the page by themselves."""
    # points from before a pause, when the module was away or the machine asleep
    same("recent points", b.js("""import('/plot.js').then((m) =>
        m.recent([1000, 400000, 599999, 600001, 1200000].map((t) => ({time_ms: t}))).map((p) => p.time_ms))"""),
         [600001, 1200000])
    # two that are the same stay two, and what is gone goes
    same("children", b.js("""import('/text.js').then(({keyed, element, say}) => {
        const list = element('ul');
        return ['aab', 'aab', 'baa', 'ab', 'b', ''].map((items) => {
            keyed(list, [...items], (i) => i, () => element('li'), say);
            return list.textContent;
        });
    })"""), ["aab", "aab", "baa", "ab", "b", ""])


HEALTH = "(({textContent, dataset}) => [textContent, dataset.level])(document.querySelector('#health'))"


def check_page(b, page, fake, shots, pid):
    check_all(b, page)
    b.js(KEEP_LABELS)
    check_plots(b, page)
    before = b.js(PICTURES)
    text = b.js("document.querySelector('[data-key=\"volume:swap0\"] [data-f=reads]').textContent")
    b.until(f"document.querySelector('[data-key=\"volume:swap0\"] [data-f=reads]').textContent !== {json.dumps(text)}")
    b.until(f"(() => {{ const now = {PICTURES}, then = {json.dumps(before)};"
            "return now.every((p, i) => p !== then[i]); })()")
    check_all(b, page)
    check_plots(b, page)

    # one volume's plots instead of all
    before = b.js(PICTURES)
    b.js("(() => { const s = document.querySelector('#which'); s.value = '=scratch';"
         "s.dispatchEvent(new Event('change')); })()")
    after = b.js(PICTURES)
    assert all(x != y for x, y in list(zip(before, after))[:4]), "the choice changes nothing"
    b.js("(() => { const s = document.querySelector('#which'); s.value = '';"
         "s.dispatchEvent(new Event('change')); })()")

    # pointing at a plot tells what is there
    b.js("""(() => { const c = document.querySelector('#plot-latency canvas');
        c.dispatchEvent(new PointerEvent('pointermove', {clientX: c.getBoundingClientRect().right - 12, bubbles: true})); })()""")
    same("a readout", b.js("/^\\d.*: read p50 .*read p99/.test(document.querySelector('#plot-latency .readout').textContent)"), True)

    # a node goes and comes
    put(fake, "down", "fama\n")
    b.until("document.querySelector('[data-key=\"node:fama\"] .badge').textContent === 'down'")
    b.until("document.querySelector('#health').textContent.startsWith('fama is down')")
    b.until("document.querySelectorAll('#events li').length >= 3 && document.querySelector('#events').textContent.includes('broken')")
    b.until("document.querySelector('[data-key=\"volume:models\"] .badge').textContent === 'degraded'")
    check_all(b, page)
    for name, width, height in (("wide", 1280, 900), ("phone", 390, 844)):
        for dark in (False, True):
            check_look(b, shots, f"{name}-{'dark' if dark else 'light'}", width, height, dark)
    check_look(b, shots, "narrow", 320, 640, False)
    b.look(1280, 900, False)
    os.unlink(os.path.join(fake, "down"))
    b.until("document.querySelector('[data-key=\"node:fama\"] .badge').textContent === 'up'")
    check_all(b, page)

    # objectives are those of the file, as soon as it is read again
    conf = os.path.join(fake, "netram.conf")
    old = open(conf).read()
    assert "{read_p99_us: 5000}" in old, old
    put(fake, "netram.conf", old.replace("{read_p99_us: 5000}",
                                         "{read_p50_us: 300, network_overhead_percent: 2, utilization_percent: 50}"))
    os.kill(pid, signal.SIGHUP)
    b.until("document.querySelector('[data-key=read_p50_us] .limit').textContent.includes(' 300\u00a0µs')")
    check_plots(b, page)
    check_all(b, page)
    same("objectives", b.js("[...document.querySelectorAll('.tile')].map((t) => t.dataset.key)"),
         ["read_p50_us", "hit_rate_percent", "utilization_percent", "network_overhead_percent"])
    same("a mark", b.js("document.querySelector('[data-key=\"node:atlas\"] .bar').style.getPropertyValue('--mark')"), "0.5")

    # counters that stand still are no traffic, and no gap
    put(fake, "frozen")
    b.until("document.querySelector('[data-key=\"volume:swap0\"] [data-f=reads]').textContent === '0/s, 0\u00a0B/s'")
    check_all(b, page)
    os.unlink(os.path.join(fake, "frozen"))

    # what somebody wrote into the file is text
    put(fake, "netram.conf", old + "'<b id=intruder>x</b>': 1\n")
    os.kill(pid, signal.SIGHUP)
    b.until("document.querySelector('#findings').textContent.includes('<b id=intruder>')")
    same("markup", b.js("document.querySelector('#intruder')"), None)
    put(fake, "netram.conf", old)
    os.kill(pid, signal.SIGHUP)
    b.until("!document.querySelector('#findings').textContent.includes('<b id=intruder>')")

    # no module, and again
    put(fake, "unloaded")
    b.until("document.querySelector('#banner').textContent.includes('modprobe netram')")
    b.until("document.querySelector('#health').textContent === 'problem: no module'")
    b.until("document.querySelector('#objectives .badge').textContent.endsWith(' before')")
    b.shot(os.path.join(shots, "no-module.png"))
    os.unlink(os.path.join(fake, "unloaded"))
    b.until("document.querySelector('#banner').hidden && document.querySelectorAll('#pool .card').length === 6")
    check_all(b, page)
    same("the page was loaded again", b.js("window.mark"), 1)
    check_requests(b, page)
    check_policy(b)

    # the module hangs: netramd answers, and has nothing new; so it is to who comes then
    put(fake, "hung")
    b.until("document.querySelector('#banner').textContent.startsWith('no new figures since')")
    same("health", b.js(HEALTH), ["unknown", "unknown"])
    b.shot(os.path.join(shots, "hung.png"))
    b.call("Page.navigate", url=f"http://{page}/")
    b.until("window.mark === undefined && Number(document.body.dataset.seq) > 0")
    same("health at once", b.js(HEALTH), ["unknown", "unknown"])
    os.unlink(os.path.join(fake, "hung"))
    b.until("document.querySelector('#banner').hidden")
    same("it is known", b.js("document.querySelector('#health').dataset.level !== 'unknown'"), True)

    # netramd ends: what is there is told to be old
    os.kill(pid, signal.SIGTERM)
    b.until("document.querySelector('#banner').textContent.includes('netramd does not answer since')")
    same("health", b.js(HEALTH), ["unknown", "unknown"])
    b.shot(os.path.join(shots, "no-netramd.png"))


def main(page, fake, shots, pid):
    with Browser() as b:
        b.look(1280, 900, False)
        # of a netramd that saw no reads
        put(fake, "frozen")
        b.call("Page.navigate", url=f"http://{page}/")
        b.until("Number(document.body.dataset.seq) > 2")
        b.js("window.mark = 1")
        seq = hide(b, page)
        with Netramd(pid) as netramd:
            os.unlink(os.path.join(fake, "frozen"))
            check_restart(b, page, seq)
            check_modules(b)
            check_page(b, page, fake, shots, netramd.pid)


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
    except AssertionError as e:
        sys.exit(f"FAIL: {e}")
