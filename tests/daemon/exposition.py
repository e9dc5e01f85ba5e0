# SPDX-License-Identifier: GPL-2.0
"""exposition.py [--all] FILE DOC PREFIX...: is FILE what Prometheus's text format and its
conventions ask for, and is each metric of it in DOC, a table of names, types and units? With
--all: is each one of DOC there?

promtool reads it as well, but takes some things that are wrong: a family in two places, a
histogram that is not one.
"""
import collections
import re
import sys

SAMPLE = re.compile(r'([a-z_]+)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)')
UNITS = ("seconds", "bytes", "ratio")
NOT_BASE = re.compile(r'_(ms|us|ns|milliseconds|microseconds|kib|kb|mib|mb|percent|pages_bytes)(_|$)')


def labels_of(text):
    labels, at = {}, 0
    while text and at < len(text):
        m = LABEL.match(text, at)
        if not m:
            raise ValueError(f"labels: {text}")
        if m[1] in labels:
            raise ValueError(f"label {m[1]} twice: {text}")
        labels[m[1]] = m[2]
        at = m.end()
    return labels


def read(path):
    """name -> {type, help, samples: {(suffix, labels): value}}; raises ValueError"""
    families, current, seen = {}, None, set()
    text = open(path, encoding="utf-8").read()
    if not text.endswith("\n"):
        raise ValueError("the last line has no end")
    for number, line in enumerate(text.splitlines(), 1):
        where = f"line {number}: "
        if line.startswith("# HELP "):
            name, doc = line[7:].split(" ", 1)
            if name in families:
                raise ValueError(where + f"{name} is there twice")
            if not doc.endswith("."):
                raise ValueError(where + "help is not a sentence")
            current = families[name] = {"name": name, "type": None, "help": doc, "samples": {}}
        elif line.startswith("# TYPE "):
            name, kind = line[7:].split(" ")
            if not current or current["name"] != name or current["type"] or current["samples"]:
                raise ValueError(where + "TYPE does not follow its HELP")
            if kind not in ("counter", "gauge", "histogram"):
                raise ValueError(where + kind)
            current["type"] = kind
        else:
            m = SAMPLE.match(line)
            if not m:
                raise ValueError(where + line)
            suffix = m[1][len(current["name"]):] if current else None
            if not current or not current["type"] or not m[1].startswith(current["name"]) or \
                    suffix not in (("_bucket", "_sum", "_count") if current["type"] == "histogram" else ("",)):
                raise ValueError(where + f"{m[1]} is not of the family before it")
            labels = labels_of(m[2])
            key = (suffix, tuple(sorted(labels.items())))
            if (current["name"], key) in seen:
                raise ValueError(where + f"a sample twice: {line}")
            seen.add((current["name"], key))
            current["samples"][key] = float(m[3])
    return families


def check_name(family):
    name, kind = family["name"], family["type"]
    if (kind == "counter") != name.endswith("_total"):
        raise ValueError(f"{name} is a {kind}")
    if NOT_BASE.search(name):
        raise ValueError(f"{name} is not in a base unit")
    if kind == "histogram" and not name.endswith("_seconds"):
        raise ValueError(f"{name} has no unit")
    if not family["samples"]:
        raise ValueError(f"{name} has no samples")
    if kind == "counter" and min(family["samples"].values()) < 0:
        raise ValueError(f"{name} is negative")


def check_histogram(family):
    series = collections.defaultdict(dict)
    for (suffix, labels), value in family["samples"].items():
        rest = tuple(l for l in labels if l[0] != "le")
        le = dict(labels).get("le")
        series[rest][float(le) if suffix == "_bucket" else suffix] = value
    for rest, of in series.items():
        bounds = sorted(k for k in of if isinstance(k, float))
        counts = [of[b] for b in bounds]
        if not bounds or bounds[-1] != float("inf") or counts != sorted(counts):
            raise ValueError(f"{family['name']}{rest}: no histogram: {counts}")
        if of.get("_count") != counts[-1] or "_sum" not in of:
            raise ValueError(f"{family['name']}{rest}: _count and _sum")
        if (of["_sum"] > 0) != (of["_count"] > 0):
            raise ValueError(f"{family['name']}{rest}: _sum is {of['_sum']}")


def documented(path, prefixes):
    """name -> (type, unit)"""
    rows = {}
    for line in open(path, encoding="utf-8"):
        m = re.match(r'\| `([a-z_]+)`[^|]*\| (\w+) \| ([\w ]*) ?\|', line)
        if m and m[1].startswith(tuple(prefixes)):
            if m[1] in rows:
                raise ValueError(f"{m[1]} is documented twice")
            rows[m[1]] = (m[2], m[3].strip())
    return rows


def main(everything, path, doc, prefixes):
    families = read(path)
    rows = documented(doc, prefixes)
    for name, family in families.items():
        check_name(family)
        if family["type"] == "histogram":
            check_histogram(family)
        if name not in rows:
            raise ValueError(f"{doc} has no {name}")
        kind, unit = rows[name]
        if kind != family["type"]:
            raise ValueError(f"{name} is a {family['type']}, {doc} says {kind}")
        told = [u for u in UNITS if re.search(f"_{u}(_|$)", name)]
        if told != ([unit] if unit in UNITS else []):
            raise ValueError(f"{name}: {doc} says '{unit}'")
    if everything and set(rows) - set(families):
        raise ValueError(f"not there: {set(rows) - set(families)}")
    print(f"{len(families)} metrics, {sum(len(f['samples']) for f in families.values())} samples,"
          f" {len(rows)} documented")


if __name__ == "__main__":
    try:
        everything = sys.argv[1] == "--all"
        args = sys.argv[1 + everything:]
        main(everything, args[0], args[1], args[2:])
    except (ValueError, OSError) as e:
        sys.exit(f"FAIL: {e}")
