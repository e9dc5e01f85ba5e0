# SPDX-License-Identifier: GPL-2.0
"""Tables in a document, for report and scale-report."""
import re


def as_markdown(header, lines):
    yield "| " + " | ".join(header) + " |"
    yield "| --- |" + " ---: |" * (len(header) - 1)
    for row in lines:
        yield "| " + " | ".join(row) + " |"


def replace_section(text, name, new):
    """What is between <!-- begin NAME --> and <!-- end NAME --> becomes @new."""
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if not pattern.search(text):
        raise SystemExit(f"the document has no place for {name}: {begin} ... {end}")
    return pattern.sub(lambda _: f"{begin}\n{new}\n{end}", text)
