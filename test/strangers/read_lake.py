#!/usr/bin/env python3
"""Reads and checks a HMS-DTA lake without HMS-DTA: python3 read_lake.py LAKE [--json] [--proof ENTRY PROOF]...

Needs Python 3.9 and the openssl program. Only reads. Exit code 0 where everything holds, 1 where something does not, 2 where the arguments or
the folder cannot be understood. Written from docs/formats/lake.md, tables.md and cubes.md alone, as the proof that a stranger can. Rows of tables are
for a reader of Parquet; the bytes that hold them are checked here, and that their Delta log adds up.
"""

import argparse
import hashlib
import json
import os
import re
import sys

from lake_reader import canonical, forms, ledger, merkle, signatures, store, tables
from lake_reader.state import State

LAKE_MEMBERS = ["created", "format", "id", "origin", "sample", "zone"]


class Reading:
    """One lake, read whole. `findings` are what is wrong, `remarks` what is worth knowing."""

    def __init__(self, lake):
        self.lake = lake
        self.findings, self.remarks = [], []
        self.state, self.leaves, self.checkpoint = None, [], None
        self.hashed = 0

    def report(self, words, where="", alarm=True):
        (self.findings if alarm else self.remarks).append(f"{where}{words}")

    def read(self):
        self.read_ledgers()
        self.check_bodies()
        self.check_store()
        self.check_tables()
        return self

    # -- ledger, forks first (section 16) ---------------------------------------------------------------------------------

    def read_ledgers(self):
        """Replays the ledgers of all forks, oldest first, and then the lake's own."""
        self.state = State()
        chain = self._chain_of_forks()
        for folder, size, last in chain:
            self._replay(folder, size, last)

    def _chain_of_forks(self):
        """[(folder with lake.json and ledger/, how many entries of it count, whether it is the lake itself)]"""
        chain, folder, size = [], self.lake, None
        while True:
            chain.insert(0, (folder, size, folder == self.lake))
            origin = self._origin(os.path.join(folder, "ledger", "entries", merkle.grouped_entry(0)))
            if origin is None:
                return chain
            folder, size = os.path.join(self.lake, "origins", origin[1]), int(origin[2])

    @staticmethod
    def _origin(entry_folder):
        """Old lake id and size that a lake.forked names, as a match; None where the ledger begins by itself, or cannot be read."""
        try:
            entry = ledger.Leaf(0, entry_folder).entry
        except FileNotFoundError:
            return None
        if entry is None or entry["op"] != "lake.forked" or len(entry["inputs"]) != 1:
            return None
        return re.fullmatch(r"lake:([0-9a-f-]{36})@([0-9]+)", entry["inputs"][0].get("ref", ""))

    def _replay(self, folder, size, last):
        where = "" if last else os.path.relpath(folder, self.lake) + "/"
        report = lambda words, alarm=True: self.report(words, where, alarm)
        lake_json = self._bytes_of(folder, "lake.json", report)
        lake_id = self._check_lake_json(lake_json, report)
        leaves = ledger.read_leaves(os.path.join(folder, "ledger", "entries"), report)
        self._check_start(leaves, lake_json, report)
        self.state.begin(lake_id, where, report)
        previous = bytes(32)
        for leaf in leaves[:size]:
            self.state.apply(leaf, previous)
            previous = leaf.hash
        checkpoint = self._check_tree(folder, leaves, lake_id, report)
        self.forked_root = merkle.root_of([leaf.hash for leaf in leaves[:size]])
        if last:
            self.leaves, self.checkpoint = leaves, checkpoint

    def _check_lake_json(self, data, report):
        try:
            forms.need(data.endswith(b"\n"), "no line end")
            value = canonical.parse(data[:-1])
            forms.need(list(value) == LAKE_MEMBERS and value["format"] == "hms-dta-lake/1", "not of the format hms-dta-lake/1")
            forms.need(forms.matches(forms.UUID, value["id"]) and value["origin"] == f"hms-dta/{value['id']}", "id and origin")
            forms.need(forms.is_instant(value["created"]) and isinstance(value["sample"], bool), "created or sample")
            return value["id"]
        except (canonical.NotCanonical, forms.WrongForm) as error:
            report(f"lake.json: {error}")
            found = re.search(rb'"id":"([0-9a-f-]{36})"', data)
            return found[1].decode() if found else None

    @staticmethod
    def _bytes_of(folder, name, report):
        try:
            return store.read_bytes(os.path.join(folder, name))
        except FileNotFoundError:
            report(f"{name}: missing")
            return b""

    def _check_start(self, leaves, lake_json, report):
        outputs = leaves[0].entry["outputs"] if leaves and leaves[0].entry else []
        if {"ref": "lake.json", "sha256": hashlib.sha256(lake_json).hexdigest()} not in outputs:
            report("lake.json: not the one that entry 0 names")
        for one in leaves[0].entry["inputs"] if leaves and leaves[0].entry else []:
            if one.get("ref", "").startswith("lake:") and one["sha256"] != self.forked_root.hex():
                report("entry 0: the ledger that it was forked from has another root")

    def _check_tree(self, folder, leaves, lake_id, report):
        hashes = [leaf.hash for leaf in leaves]
        try:
            checkpoint = merkle.Checkpoint(store.read_bytes(os.path.join(folder, "ledger", "checkpoint")))
        except (merkle.Malformed, FileNotFoundError) as error:
            report(f"ledger/checkpoint: {error}")
            return None
        if checkpoint.origin != f"hms-dta/{lake_id}":
            report("ledger/checkpoint: of another log")
        if checkpoint.size > len(hashes):
            report(f"ledger/checkpoint: {checkpoint.size} entries were signed for, {len(hashes)} are there")
        elif merkle.root_of(hashes[: checkpoint.size]) != checkpoint.root:
            report("ledger/checkpoint: its root is not the root of the entries")
        elif checkpoint.size < len(hashes):
            report(f"ledger/checkpoint: {len(hashes) - checkpoint.size} entries came after it", alarm=False)
        if not checkpoint.signed_by(self.state.stations(), signatures.verify):
            report("ledger/checkpoint: not signed by a station of the key set")
        merkle.check_tiles(os.path.join(folder, "ledger", "tile"), hashes, checkpoint.size, report)
        return checkpoint

    # -- bodies (sections 5 and 17) ---------------------------------------------------------------------------------------

    def check_bodies(self):
        for leaf, destroyed, where in self.state.bodies():
            name = f"{where}entry {leaf.seq}: its body"
            if destroyed is not None and leaf.body_state != "missing":
                self.report(f"{name} is still there, and entry {destroyed} says that it was destroyed")
            elif destroyed is None and leaf.body_state in ("missing", "altered", "malformed"):
                self.report(f"{name} is {leaf.body_state}" + (f" ({leaf.fault})" if leaf.fault else ""))
            if leaf.body_state == "good" and leaf.entry["op"] in ("version.committed", "raw.received"):
                try:
                    store.check_lines(leaf.body[1:])
                except forms.WrongForm as error:
                    self.report(f"{name}: {error}")

    # -- datasets (section 9) ---------------------------------------------------------------------------------------------

    def check_store(self):
        places = {"store": [], "raw": []}
        for dataset in [*self.state.datasets.values(), *self.state.drops.values()]:
            if dataset.versions:
                self._check_dataset(dataset, places)
        for root, objects in places.items():
            folder = os.path.join(self.lake, root)
            report = lambda words, root=root: self.report(words, f"{root}/")
            store.check_root(folder, report)
            store.strangers(folder, objects, report)

    def _check_dataset(self, dataset, places):
        path = store.object_path(f"hms:{dataset.id}")
        roots = [dataset.root] if dataset.root else [one for one in places if os.path.isdir(os.path.join(self.lake, one, path))]
        root = roots[0] if roots else "store"
        places[root].append(path)
        report = lambda words, alarm=True: self.report(words, f"{root}/{path}/", alarm)
        stored = store.StoredObject(os.path.join(self.lake, root, path), dataset, os.path.join(self.lake, "staging"), report)
        dataset.files = stored.check()
        self.hashed += len(stored.hashed)

    # -- tables (tables.md sections 2 to 5) ---------------------------------------------------------------------------------

    def check_tables(self):
        folder = os.path.join(self.lake, "tables")
        for name in sorted(set(os.listdir(folder)) - self.state.tables.keys()) if os.path.isdir(folder) else []:
            self.report(f"tables/{name}: belongs to no table")
        for table in self.state.tables.values():
            report = lambda words, alarm=True, table=table: self.report(words, f"tables/{table.name}/", alarm)
            stored = tables.StoredTable(self.lake, table, report)
            table.state = stored.check()
            self.hashed += stored.hashed

    # -- proofs (section 8) -----------------------------------------------------------------------------------------------

    def check_proof(self, entry, proof):
        """A proof file for the bytes of an entry, against this lake's own tree."""
        try:
            index, path, checkpoint = merkle.read_proof(store.read_bytes(proof))
            root = merkle.root_from_proof(index, checkpoint.size, merkle.leaf_hash(store.read_bytes(entry)), path)
            forms.need(root == checkpoint.root, "does not lead to the root that was signed")
            forms.need(checkpoint.signed_by(self.state.stations(), signatures.verify), "its checkpoint is not signed by a station of the lake")
            ours = merkle.root_of([leaf.hash for leaf in self.leaves[: checkpoint.size]])
            forms.need(checkpoint.size <= len(self.leaves) and ours == checkpoint.root, "its checkpoint is of another ledger")
        except (merkle.Malformed, forms.WrongForm) as error:
            self.report(f"{proof}: {error}")

    def summary(self):
        """What was read, for programs."""
        return {
            "lake": self.state.lake_id,
            "entries": len(self.leaves),
            "root": self.checkpoint.root.hex() if self.checkpoint else None,
            "keys": {one: {"role": key["role"], "revoked": one in self.state.revoked} for one, key in sorted(self.state.keys.items())},
            "datasets": {one.id: _dataset(one) for one in sorted(self.state.datasets.values(), key=lambda one: one.id)},
            "tables": {one.name: _table(one) for one in sorted(self.state.tables.values(), key=lambda one: one.name)},
            "files": self.hashed,
            "findings": self.findings,
            "remarks": self.remarks,
        }


def _dataset(dataset):
    return {
        "root": dataset.root,
        "aliases": sorted(dataset.aliases),
        "description": dataset.description,
        "versions": [_version(one) for one in dataset.versions],
        "files": getattr(dataset, "files", {}),
    }


def _table(table):
    return {
        "kind": table.kind,
        "columns": [name for name, _, _ in table.state.columns],
        "versions": [{"version": f"v{one.number}", "sha256": one.sha256, "at": one.leaf.entry["at"]} for one in table.versions],
        "rows": sum(map(tables.rows_of, table.state.files.values())),
    }


def _version(version):
    return {
        "version": f"v{version.number}",
        "sha256": version.sha256,
        "at": version.at,
        "message": version.message,
        "tags": sorted(version.tags),
        "withdrawn": version.withdrawn,
        "voided": version.voided,
    }


def main():
    parser = argparse.ArgumentParser(description="Read and check a HMS-DTA lake without HMS-DTA.")
    parser.add_argument("lake")
    parser.add_argument("--json", action="store_true", help="print what was read as JSON")
    parser.add_argument("--proof", nargs=2, action="append", default=[], metavar=("ENTRY", "PROOF"), help="an entry.json and its .tlog-proof")
    given = parser.parse_args()
    if not os.path.isdir(os.path.join(given.lake, "ledger", "entries")):
        parser.error(f"{given.lake}: no ledger/entries here, so this is no lake")
    reading = Reading(given.lake).read()
    for entry, proof in given.proof:
        reading.check_proof(entry, proof)
    if given.json:
        print(json.dumps(reading.summary(), indent=1))
    else:
        for words in reading.findings + reading.remarks:
            print(words)
        print(f"{len(reading.leaves)} entries, {len(reading.state.datasets)} datasets, {len(reading.state.tables)} tables and cubes, {reading.hashed} stored files; {len(reading.findings)} findings")
    return 1 if reading.findings else 0


if __name__ == "__main__":
    sys.exit(main())
