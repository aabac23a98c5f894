"""Tables and cubes: tables.md and cubes.md, and what Delta's protocol makes of their logs."""

import hashlib
import json
import os
import re
import urllib.parse
from datetime import datetime, timezone

from . import canonical, merkle, store
from .forms import WrongForm, matches, need

HEX64 = re.compile(r"[0-9a-f]{64}")
TYPES = re.compile(r"string|long|integer|short|byte|float|double|boolean|binary|date|timestamp|decimal\((?:[1-9]|[12]\d|3[0-8]),(?:\d|[12]\d|3[0-8])\)")
OPERATIONS = {"table": {"CREATE TABLE", "WRITE", "ADD COLUMNS", "OPTIMIZE", "UPDATE"}, "cube": {"CREATE TABLE", "REFRESH"}}
FEATURES = {"appendOnly", "invariants", "checkConstraints", "inCommitTimestamp", "domainMetadata"}
COUNTS = {"bytes", "files", "rows"}
CHECKPOINT_EVERY = 10


class Table:
    """A table, or a cube: `definition` is the hash of the newest text of a cube, None of a table."""

    def __init__(self, name, definition=None):
        self.name, self.definition, self.versions = name, definition, []

    @property
    def kind(self):
        return "table" if self.definition is None else "cube"


class TableVersion:
    """One version as its entry has it. `lines` are its own of the body's Delta lines, `said` what the body's first line says of it."""

    def __init__(self, table, number, leaf, said, lines):
        self.number, self.leaf, self.said, self.lines = number, leaf, said, lines
        self.sha256 = leaf.output(f"{table.kind}:{table.name}:v{number}")
        self.text = b"".join(canonical.write(line) + b"\n" for line in lines)

    @property
    def log_name(self):
        return f"{self.number - 1:020d}"

    def commit_file(self):
        """The bytes of its file in the log (tables.md section 3)."""
        entry, first = self.leaf.entry, self.leaf.body[0]
        milliseconds = instant_of(entry["at"])
        info = {
            "engineInfo": first["by"]["program"],
            "inCommitTimestamp": milliseconds,
            "isBlindAppend": self.said["operation"] == "WRITE",
            "operation": self.said["operation"],
            "operationParameters": {},
            "seq": entry["seq"],
            "timestamp": milliseconds,
            "txnId": entry["txn"],
        }
        return canonical.write({"commitInfo": info}) + b"\n" + self.text


def instant_of(text):
    """Milliseconds since 1970 of an instant as entries have it."""
    moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
    return int(moment.timestamp()) * 1000 + moment.microsecond // 1000


def parts_of(head, lines, kind):
    """[(what the first line says of a table, its own lines)] of a body, which must have as many lines as it says."""
    found, at = [], 0
    for said in head["tables"]:
        need(said["operation"] in OPERATIONS[kind], f"the operation {said['operation']!r} of a {kind}")
        need(said["added"].keys() == COUNTS and said["removed"].keys() == COUNTS, "added and removed")
        found.append((said, lines[at : at + said["lines"]]))
        at += said["lines"]
    need(at == len(lines), f"{len(lines)} Delta lines, where the first line says {at}")
    return found


class Replay:
    """The state of a Delta table as its actions add up, by the protocol's section on action reconciliation."""

    def __init__(self):
        self.protocol, self.metadata, self.domains, self.files = None, None, {}, {}
        self.columns = []

    def apply(self, line):
        need(isinstance(line, dict) and len(line) == 1, "a Delta line is one action")
        (kind, action), = line.items()
        need(kind in ("protocol", "metaData", "domainMetadata", "remove", "add"), f"the action {kind}")
        getattr(self, "_" + kind)(action)

    def _protocol(self, action):
        need(action["minReaderVersion"] == 1 and action["minWriterVersion"] == 7, "versions of the protocol")
        need(set(action["writerFeatures"]) == FEATURES and "readerFeatures" not in action, "features of the protocol")
        self.protocol = action

    def _metaData(self, action):
        need(action["format"] == {"options": {}, "provider": "parquet"}, "format")
        schema = json.loads(action["schemaString"])
        need(schema.keys() == {"type", "fields"} and schema["type"] == "struct", "schema")
        columns = [(field["name"], field["type"], field["nullable"]) for field in schema["fields"]]
        names = [name.lower() for name, _, _ in columns]
        need(len(set(names)) == len(names) > 0, "two columns of one name, or none")
        need(all(matches(TYPES, kind) for _, kind, _ in columns), "a type of a column")
        need(columns[: len(self.columns)] == self.columns, "columns went, or changed, or have another order")
        if self.metadata:
            need(all(nullable for _, _, nullable in columns[len(self.columns) :]), "a new column that may not be empty")
            need(all(action[name] == self.metadata[name] for name in ("id", "partitionColumns")), "id or partition")
        need(set(action["partitionColumns"]) <= {name for name, _, _ in columns}, "partition by a column that there is not")
        settings = action["configuration"]
        need(settings["delta.enableInCommitTimestamps"] == "true", "in-commit timestamps")
        for name in ("delta.deletedFileRetentionDuration", "delta.logRetentionDuration"):
            need(settings[name] == "interval 36500 days", name)
        self.metadata, self.columns = action, columns

    def _domainMetadata(self, action):
        need(isinstance(action["configuration"], str) and isinstance(action["removed"], bool), "domain")
        json.loads(action["configuration"])
        if action["removed"]:
            self.domains.pop(action["domain"], None)
        else:
            self.domains[action["domain"]] = action

    def _remove(self, action):
        need(action["path"] in self.files, f"{action['path']} is taken out and was not there")
        del self.files[action["path"]]

    def _add(self, action):
        need(action["path"] not in self.files, f"{action['path']} is there already")
        need(set(action["partitionValues"]) == set(self.metadata["partitionColumns"]), "partition values")
        need(all(value is None or isinstance(value, str) and value for value in action["partitionValues"].values()), "a partition value that is empty")
        tags = action["tags"]
        need(tags.keys() == {"hms.rows", "hms.sha256"} and matches(HEX64, tags["hms.sha256"]), "tags")
        need(json.loads(action["stats"])["numRecords"] == rows_of(action), "statistics count other rows")
        self.files[action["path"]] = action

    def checksum(self, version):
        """What the version checksum file has to say of this state, beside what other writers may add."""
        return {
            "inCommitTimestampOpt": instant_of(version.leaf.entry["at"]),
            "metadata": self.metadata,
            "numFiles": len(self.files),
            "numMetadata": 1,
            "numProtocol": 1,
            "protocol": self.protocol,
            "tableSizeBytes": sum(action["size"] for action in self.files.values()),
            "txnId": version.leaf.entry["txn"],
        }


def rows_of(action):
    return int(action["tags"]["hms.rows"])


class StoredTable:
    """The folder of a table, held against its versions. `report(words, alarm)` is told what is wrong."""

    def __init__(self, lake, table, report):
        self.lake, self.table, self.report = lake, table, report
        self.folder = os.path.join(lake, "tables", table.name)
        self.expected = set()
        self.hashed = 0

    def check(self):
        replay = Replay()
        for version in self.table.versions:
            try:
                self._check_version(version, replay)
            except (WrongForm, KeyError, TypeError, ValueError) as error:
                self.report(f"v{version.number}: {error if isinstance(error, WrongForm) else repr(error)}")
        self._check_last_checkpoint()
        for path in merkle.files_below(self.folder):
            if path not in self.expected:
                self.report(f"{path}: belongs to no version")
        return replay

    def _check_version(self, version, replay):
        need(hashlib.sha256(version.text).hexdigest() == version.sha256, "its Delta lines are not those that the entry names")
        before = dict(replay.files)
        for line in version.lines:
            replay.apply(line)
        added = [action for path, action in replay.files.items() if before.get(path) is not action]
        removed = [action for path, action in before.items() if replay.files.get(path) is not action]
        for name, actions in (("added", added), ("removed", removed)):
            counted = {"bytes": sum(one["size"] for one in actions), "files": len(actions), "rows": sum(map(rows_of, actions))}
            need(version.said[name] == counted, f"{name} {counted}, where the first line says {version.said[name]}")
        self._check_domain(version, replay)
        pending = self._staged(version)
        for action in added:
            self._check_file(action, pending)
        self._check_log(version, replay, pending)

    def _check_domain(self, version, replay):
        """A cube's log says what the refresh was of (cubes.md section 2)."""
        if self.table.kind == "table":
            return
        head = version.leaf.body[0]
        said = json.loads(replay.domains["hms.cube"]["configuration"])
        need(said["instant"] == head["instant"] and said["window"] == head["window"], "the domain hms.cube has another instant or window")
        need(said["sources"] == [{"name": one["name"], "version": one["version"]} for one in head["sources"]], "the domain hms.cube has other sources")
        need(head["rows"] == sum(map(rows_of, replay.files.values())), "rows")

    def _staged(self, version):
        """Folder with the files of a commit that was interrupted between the claim and the rename; None where they are in place."""
        folder = os.path.join(self.lake, "staging", version.leaf.entry["txn"], "parts", self.table.name)
        return folder if os.path.isdir(folder) else None

    def _check_file(self, action, pending):
        path = urllib.parse.unquote(action["path"])
        parts = path.split("/")
        need(len(parts) == 2 and parts[0] not in ("", ".", ".."), f"the path {path!r}")
        self.expected.add(path)
        place = os.path.join(pending, parts[1]) if pending else os.path.join(self.folder, path)
        if not os.path.isfile(place):
            self.report(f"{path}: missing")
            return
        self.hashed += 1
        if os.path.getsize(place) != action["size"] or store.file_sha256(place) != action["tags"]["hms.sha256"]:
            self.report(f"{path}: not the bytes that were committed")

    def _check_log(self, version, replay, pending):
        commit, checksum = (f"_delta_log/{version.log_name}.{kind}" for kind in ("json", "crc"))
        self.expected |= {commit, checksum}
        if version.number % CHECKPOINT_EVERY == 0:
            self.expected.add(f"_delta_log/{version.log_name}.checkpoint.parquet")
        try:
            found = store.read_bytes(os.path.join(self.folder, commit))
        except FileNotFoundError:
            last = version is self.table.versions[-1]
            self.report(f"{commit}: " + ("interrupted commit; its files still lie in staging" if last and pending else "missing"), alarm=not (last and pending))
            return
        if found != version.commit_file():
            self.report(f"{commit}: not what the ledger makes of it")
        try:
            said = json.loads(store.read_bytes(os.path.join(self.folder, checksum)))
        except (FileNotFoundError, ValueError) as error:
            self.report(f"{checksum}: {error}")
            return
        for name, value in replay.checksum(version).items():
            if said.get(name) != value:
                self.report(f"{checksum}: {name} is not what the log adds up to")
        domains = sorted((canonical.write(one) for one in replay.domains.values()))
        if sorted(canonical.write(one) for one in said.get("domainMetadata", [])) != domains:
            self.report(f"{checksum}: domainMetadata is not what the log adds up to")

    def _check_last_checkpoint(self):
        path = "_delta_log/_last_checkpoint"
        self.expected.add(path)
        try:
            pointer = json.loads(store.read_bytes(os.path.join(self.folder, path)))
        except FileNotFoundError:
            return
        except ValueError as error:
            self.report(f"{path}: {error}")
            return
        number = pointer.get("version")
        if not isinstance(number, int) or not os.path.isfile(os.path.join(self.folder, f"_delta_log/{number:020d}.checkpoint.parquet")):
            self.report(f"{path}: points to no checkpoint")
