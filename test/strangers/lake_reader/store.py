"""The OCFL 1.1 storage roots, their objects, and every file in them. Sections 9, 10 and 13."""

import hashlib
import json
import os
import re

from . import canonical, content_paths, forms
from .canonical import utf16
from .forms import need
from .merkle import files_below

LAYOUT = "0003-hash-and-id-n-tuple-storage-layout"
INVENTORY = "inventory.json"
SIDECAR = "inventory.json.sha256"
VERSION_FOLDER = re.compile(r"v[1-9][0-9]*")


def object_path(object_id):
    """OCFL extension 0003 with sha256, tuples of 2, two of them."""
    digest = hashlib.sha256(object_id.encode()).hexdigest()
    encoded = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "".join(f"%{b:02x}" for b in c.encode()) for c in object_id)
    if len(encoded) > 100:
        encoded = encoded[:100] + "-" + digest
    return f"{digest[:2]}/{digest[2:4]}/{encoded}"


def file_sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def read_bytes(path):
    with open(path, "rb") as file:
        return file.read()


def check_root(folder, report):
    """The storage root's own files. Everything else in it must be an object: see `strangers`."""
    config = {"extensionName": LAYOUT, "digestAlgorithm": "sha256", "tupleSize": 2, "numberOfTuples": 2}
    wanted = {
        "0=ocfl_1.1": lambda data: data == b"ocfl_1.1\n",
        "ocfl_layout.json": lambda data: _json(data).get("extension") == LAYOUT,
        f"extensions/{LAYOUT}/config.json": lambda data: _json(data) == config,
    }
    for name, good in wanted.items():
        path = os.path.join(folder, name)
        if not os.path.isfile(path) or not good(read_bytes(path)):
            report(f"{name}: missing, or not what OCFL and section 9 say")


def _json(data):
    """The JSON object in some bytes; an empty one where they hold none."""
    try:
        value = json.loads(data)
        return value if isinstance(value, dict) else {}
    except ValueError:
        return {}


def strangers(folder, objects, report):
    """Files in a storage root that belong neither to it nor to an object that the ledger names."""
    for path in files_below(folder):
        if not path.startswith(("0=ocfl_1.1", "ocfl_layout.json", "extensions/")) and not any(path.startswith(one + "/") for one in objects):
            report(f"{path}: belongs to no dataset of the ledger")


class Inventory:
    """One inventory.json, checked in itself by OCFL 1.1 section 3.5 and section 9 here."""

    def __init__(self, data, object_id):
        self.sha256 = hashlib.sha256(data).hexdigest()
        try:
            value = json.loads(data.decode("utf-8"))
        except ValueError as error:
            raise forms.WrongForm("no JSON") from error
        need(isinstance(value, dict), "no JSON object")
        need(list(value) == ["id", "type", "digestAlgorithm", "head", "manifest", "versions"], "its members are not those of section 9")
        need(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass") == data, "it is not compact JSON")
        need(value["id"] == object_id and value["type"] == "https://ocfl.io/1.1/spec/#inventory", "id or type")
        need(value["digestAlgorithm"] == "sha256", "digestAlgorithm")
        self.manifest, self.versions = value["manifest"], value["versions"]
        need(list(self.versions) == [f"v{n}" for n in range(1, len(self.versions) + 1)], "versions with gaps")
        need(value["head"] == f"v{len(self.versions)}", "head is not the newest version")
        self._check_sorted("manifest", self.manifest)
        for name, version in self.versions.items():
            self._check_version(name, version)
        used = {digest for version in self.versions.values() for digest in version["state"]}
        need(used == set(self.manifest), "the manifest and the states do not list the same contents")

    def _check_version(self, name, version):
        need(list(version) == ["created", "message", "state", "user"], f"members of {name}")
        need(forms.is_instant(version["created"]) and isinstance(version["message"], str) and version["message"], f"created or message of {name}")
        user = version["user"]
        need(list(user) == ["address", "name"] and re.fullmatch(r"urn:hms:key:[0-9a-f]{64}", user["address"]) and user["name"], f"user of {name}")
        self._check_sorted(name, version["state"])
        need(all(forms.is_logical_path(path) for path in self.state(name)), f"a logical path in {name}")

    @staticmethod
    def _check_sorted(name, digests):
        need(list(digests) == sorted(digests) and all(forms.matches(forms.HEX64, one) for one in digests), f"digests of {name}")
        for paths in digests.values():
            need(paths and paths == sorted(paths, key=utf16), f"the paths in {name} are not sorted")
        every = [path for paths in digests.values() for path in paths]
        need(len(every) == len(set(every)), f"a path is twice in {name}")

    def state(self, name):
        """Logical path -> SHA-256."""
        return {path: digest for digest, paths in self.versions[name]["state"].items() for path in paths}


class StoredObject:
    """One dataset as it lies on disk. `staged` is where an interrupted commit left its newest version, else None (section 13)."""

    def __init__(self, folder, dataset, staging, report):
        self.folder, self.dataset, self.report = folder, dataset, report
        self.hashed = {}
        self.staged = self._staged(staging)

    def _staged(self, staging):
        newest = self.dataset.versions[-1]
        if os.path.isdir(os.path.join(self.folder, f"v{newest.number}")):
            return None
        for place in ("version", f"object/v{newest.number}"):
            folder = os.path.join(staging, newest.txn, place)
            if os.path.isfile(os.path.join(folder, INVENTORY)):
                self.report(f"v{newest.number}: interrupted commit; its files still lie in staging/{newest.txn}", alarm=False)
                return folder
        return None

    def version_folder(self, number):
        if self.staged and number == len(self.dataset.versions):
            return self.staged
        return os.path.join(self.folder, f"v{number}")

    def check(self):
        """Every version against the ledger, every file against its hash, the root copy, and what does not belong there."""
        if not self.staged or len(self.dataset.versions) > 1:
            declaration = os.path.join(self.folder, "0=ocfl_object_1.1")
            if not os.path.isfile(declaration) or read_bytes(declaration) != b"ocfl_object_1.1\n":
                self.report("0=ocfl_object_1.1: missing or altered")
        files, newest = {}, None
        for version in self.dataset.versions:
            inventory = self._check_version(version, files, newest)
            if inventory:
                files, newest = inventory.state(f"v{version.number}"), inventory
        if newest:
            self._check_content(newest)
            self._check_names(newest)
        if not self.staged:
            self._check_root_copy()
        self._check_strangers()
        return files

    def _check_version(self, version, before, earlier):
        """The inventory of a version; None, with a finding, where it is not the one that the ledger names or is unsound."""
        name = f"v{version.number}"
        folder = self.version_folder(version.number)
        try:
            data = read_bytes(os.path.join(folder, INVENTORY))
            need(hashlib.sha256(data).hexdigest() == version.sha256, "not the inventory that the ledger names")
            need(read_bytes(os.path.join(folder, SIDECAR)) == f"{version.sha256} {INVENTORY}\n".encode(), "its sidecar is wrong")
            inventory = Inventory(data, f"hms:{self.dataset.id}")
            need(len(inventory.versions) == version.number, "an inventory of another version")
            if earlier:
                for number in range(1, len(earlier.versions) + 1):
                    need(inventory.versions[f"v{number}"] == earlier.versions[f"v{number}"], f"it tells another v{number} than v{number}'s own inventory")
            if version.number == 1 or earlier and len(earlier.versions) == version.number - 1:
                self._check_against_ledger(version, inventory, before)
            return inventory
        except FileNotFoundError as error:
            self.report(f"{name}: {os.path.basename(error.filename)} is missing")
        except (forms.WrongForm, KeyError, TypeError) as error:
            self.report(f"{name}/{INVENTORY}: {error}")
        return None

    def _check_against_ledger(self, version, inventory, before):
        name = f"v{version.number}"
        state = inventory.state(name)
        if version.voided:
            need(state == before, f"{name} was voided, and is not the same as the version before")
            return
        if version.changes is None:
            return
        need(inventory.versions[name]["message"] == version.message, f"message of {name}")
        need(apply_changes(before, version.changes) == state, f"the changes that the ledger has for {name} do not lead to its state")
        need(version.totals[0] == len(state), f"the ledger has another number of files for {name}")

    def _check_content(self, inventory):
        """Hashes every stored file; then the sizes that the ledger gives for what was added."""
        for digest, paths in inventory.manifest.items():
            for path in paths:
                number, _, rest = path.partition("/")
                if not VERSION_FOLDER.fullmatch(number) or not rest.startswith("content/"):
                    self.report(f"{path}: no content path")
                    continue
                file = os.path.join(self.version_folder(int(number[1:])), *rest.split("/"))
                self.hashed[path] = file
                if not os.path.isfile(file) or os.path.islink(file):
                    self.report(f"{path}: missing")
                elif file_sha256(file) != digest:
                    self.report(f"{path}: altered; its SHA-256 is not the one of the inventory")
        self._check_sizes(inventory)

    def _check_sizes(self, inventory):
        for version in self.dataset.versions:
            for line in version.changes or []:
                for path in inventory.manifest.get(line.get("sha256"), [])[:1]:
                    if os.path.isfile(self.hashed.get(path, "")) and os.path.getsize(self.hashed[path]) != line["size"]:
                        self.report(f"{path}: the ledger gives another size")

    def _check_names(self, inventory):
        """Content paths are portable and stay apart; most are what section 10 makes of a name that has this content (a draft may have renamed it)."""
        folds = {}
        for digest, paths in inventory.manifest.items():
            for path in paths:
                number, _, rest = path.partition("/content/")
                names = inventory.versions.get(number, {"state": {}})["state"].get(digest, [])
                if not content_paths.is_portable(rest):
                    self.report(f"{path}: not portable")
                elif not any(content_paths.fits(name, rest) for name in names):
                    self.report(f"{path}: was put under another name than {names}", alarm=False)
                other = folds.setdefault(content_paths.folded(path), path)
                if other != path:
                    self.report(f"{path} and {other}: one file where case or Unicode form does not count")

    def _check_root_copy(self):
        newest = self.dataset.versions[-1]
        for name in (INVENTORY, SIDECAR):
            root, own = os.path.join(self.folder, name), os.path.join(self.version_folder(newest.number), name)
            if os.path.isfile(own) and (not os.path.isfile(root) or read_bytes(root) != read_bytes(own)):
                self.report(f"{name}: not the same as v{newest.number}'s")

    def _check_strangers(self):
        belongs = {"0=ocfl_object_1.1", INVENTORY, SIDECAR, *self.hashed}
        belongs |= {f"v{one.number}/{name}" for one in self.dataset.versions for name in (INVENTORY, SIDECAR)}
        for path in files_below(self.folder):
            if path not in belongs:
                self.report(f"{path}: no inventory names it")


def apply_changes(before, lines):
    """The state that the lines of a version.committed lead to (section 6): logical path -> SHA-256."""
    state = dict(before)
    taken = {}
    for line in lines:
        if line.get("do") == "rename":
            taken[line["from"]] = before[line["from"]]
    for line in lines:
        if line.get("do") == "remove":
            del state[line["path"]]
    for path in taken:
        state.pop(path, None)
    for line in lines:
        if line.get("do") in ("add", "replace"):
            state[line["path"]] = line["sha256"]
        elif line.get("do") == "rename":
            state[line["path"]] = taken[line["from"]]
    return state


def check_lines(lines):
    """Form and order of the lines of a version.committed."""
    changes = [line for line in lines if "do" in line]
    need(lines[: len(changes)] == changes, "a note stands before a change")
    paths = [line["path"] for line in changes]
    need(paths == sorted(paths, key=utf16) and len(paths) == len(set(paths)), "changes are not sorted by path")
    members = {"add": {"do", "path", "sha256", "size", "mtime"}, "remove": {"do", "path"}, "rename": {"do", "from", "path"}}
    members["replace"] = members["add"]
    notes = {"emptyFolder": {"note", "path"}, "symlink": {"note", "path", "target"}, "special": {"note", "path", "kind"}}
    for line in lines:
        wanted = members.get(line.get("do")) or notes.get(line.get("note"))
        need(wanted is not None and line.keys() == wanted, f"a line with other members than section 6 has: {canonical.write(line)[:80]!r}")
