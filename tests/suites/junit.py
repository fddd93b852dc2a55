"""junit.py LOG...: what became of every test, as lines "TEST OUTCOME", out of the XML that lies beside each log."""

import pathlib
import sys
import xml.etree.ElementTree

OUTCOMES = {"failure": "FAIL", "error": "ERROR", "skipped": "SKIP"}


def outcome(case):
    return next((OUTCOMES[child.tag] for child in case if child.tag in OUTCOMES), "PASS")


for log in map(pathlib.Path, sys.argv[1:]):
    try:
        tree = xml.etree.ElementTree.parse(log.with_suffix(".xml"))
    except (OSError, xml.etree.ElementTree.ParseError):
        print(log.stem, "CRASH")
        continue
    for case in tree.iter("testcase"):
        print(case.get("name").removeprefix("test.").replace(" ", "_"), outcome(case))
