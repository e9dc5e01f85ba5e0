#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Draw the demo's picture: local and remote memory over time.

demo-plot.py DIR MIB: reads DIR/memory.tsv, DIR/remote.tsv and DIR/events.tsv,
writes DIR/memory.svg and DIR/memory.png.
"""
import sys

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402 (after the choice of backend)

MIB = 1024 * 1024
LOCAL = "#4c72b0"
NODES = ["#dd8452", "#55a868", "#c44e52", "#8172b3", "#937860", "#da8bc3"]


def rows(path, width):
    """A table's lines of numbers: no heading, no line that is cut off."""
    with open(path, encoding="utf-8") as table:
        for line in table:
            fields = line.split()
            if len(fields) == width and fields[0].isdigit():
                yield [int(f) for f in fields]


def value_at(times, values, when):
    """The last sample that is not younger than @when."""
    last = 0
    for t, v in zip(times, values):
        if t > when:
            break
        last = v
    return last


def main(folder, total_mib):
    memory = list(rows(f"{folder}/memory.tsv", 3))
    with open(f"{folder}/remote.tsv", encoding="utf-8") as table:
        names = table.readline().split()[1:]
    remote = list(rows(f"{folder}/remote.tsv", len(names) + 1))
    zero = memory[0][0]
    seconds = [(m[0] - zero) / 1e6 for m in memory]
    local = [m[1] / 1024 for m in memory]
    remote_times = [(r[0] - zero) / 1e6 for r in remote]
    stacks = [[value_at(remote_times, [r[i + 1] / MIB for r in remote], s) for s in seconds]
              for i in range(len(names))]

    figure, axes = plt.subplots(figsize=(10, 5))
    axes.stackplot(seconds, local, *stacks, colors=[LOCAL, *NODES],
                   labels=["in the client's own memory", *(f"on node {n}" for n in names)])
    axes.axhline(total_mib, color="black", linewidth=0.8, linestyle="--")
    axes.text(seconds[-1], total_mib, f"the client has {total_mib} MiB ", ha="right", va="bottom",
              fontsize=8)
    top = max(sum(v) for v in zip(local, *stacks)) * 1.25
    with open(f"{folder}/events.tsv", encoding="utf-8") as events:
        for line in events:
            when, text = line.rstrip("\n").split(" ", 1)
            x = (int(when) - zero) / 1e6
            axes.axvline(x, color="grey", linewidth=0.6)
            axes.text(x, top, f" {text}", rotation=90, va="top", fontsize=7, color="#333333")
    axes.set(xlim=(0, seconds[-1]), ylim=(0, top), xlabel="seconds", ylabel="MiB",
             title="One redis-server: its memory, local and on other machines")
    axes.legend(loc="center left", fontsize=8)
    figure.tight_layout()
    for kind in ("svg", "png"):
        figure.savefig(f"{folder}/memory.{kind}", dpi=110)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
