"""Entries and bodies as they lie on disk. Sections 4 and 5."""

import hashlib
import os

from . import canonical, forms, merkle


class Leaf:
    """One entry: its exact bytes count, whatever they are; `entry` is None where they do not parse, `fault` says why."""

    def __init__(self, seq, folder):
        self.seq, self.folder, self.entry, self.fault = seq, folder, None, None
        with open(os.path.join(folder, "entry.json"), "rb") as file:
            self.bytes = file.read()
        self.hash = merkle.leaf_hash(self.bytes)
        self.body = None
        self.body_state = "none"
        try:
            forms.need(len(self.bytes) <= forms.LARGEST_ENTRY, "longer than 16,384 bytes")
            entry = canonical.parse(self.bytes)
            forms.check_entry(entry)
            self.entry = entry
        except (canonical.NotCanonical, forms.WrongForm) as error:
            self.fault = str(error)

    def output(self, ref):
        """Hash of the output of that name; the form was checked, so it is there once."""
        return next(one["sha256"] for one in self.entry["outputs"] if one.get("ref") == ref)

    def read_body(self):
        """Sets `body` (the lines, parsed) and `body_state`: none, good, missing, altered, or malformed."""
        if self.entry is None or self.entry["body"] is None:
            return
        salt, body = self._bytes_of("body.salt"), self._bytes_of("body.json")
        promised = self.entry["body"]
        if salt is None and body is None:
            self.body_state = "missing"
        elif salt is None or body is None or len(salt) != 32 or len(body) != promised["size"]:
            self.body_state = "altered"
        elif hashlib.sha256(salt + body).hexdigest() != promised["commit"]:
            self.body_state = "altered"
        else:
            self._parse_body(body)

    def _parse_body(self, body):
        try:
            forms.need(body.endswith(b"\n"), "the last line has no end")
            lines = [canonical.parse(line) for line in body[:-1].split(b"\n")]
            first = lines[0]
            forms.need(isinstance(first, dict) and first.get("v") == 1 and first.get("op") == self.entry["op"], "its first line is that of another entry")
            forms.check_head(first)
            forms.need(first.get("by", {}).keys() == {"account", "host", "program"}, "by")
            self.body, self.body_state = lines, "good"
        except (canonical.NotCanonical, forms.WrongForm) as error:
            self.body_state, self.fault = "malformed", str(error)

    def _bytes_of(self, name):
        try:
            with open(os.path.join(self.folder, name), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None


def read_leaves(entries, report):
    """All leaves of `ledger/entries`, from 0 up to the first number without a readable entry.json; strangers are reported."""
    leaves = []
    while os.path.isfile(os.path.join(entries, merkle.grouped_entry(len(leaves)), "entry.json")):
        leaves.append(Leaf(len(leaves), os.path.join(entries, merkle.grouped_entry(len(leaves)))))
    expected = {
        f"{merkle.grouped_entry(leaf.seq)}/{name}" for leaf in leaves for name in ("entry.json", "body.json", "body.salt")
    }
    for path in merkle.files_below(entries):
        if path not in expected:
            report(f"ledger/entries/{path}: belongs to no entry")
    return leaves
