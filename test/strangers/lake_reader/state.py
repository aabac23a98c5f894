"""What the entries add up to: keys, datasets, versions, tags, tables. Sections 3, 6, 7 and 17."""

from . import canonical, forms, signatures, tables
from .forms import need
from .merkle import sha256

KEPT_BODIES = ("contract.published", "table.committed", "cube.defined", "cube.refreshed")


class NoEffect(Exception):
    """Why a leaf changes nothing."""


class BodyDoesNotFit(NoEffect):
    """Only the body does not fit the state: the entry's `at` and `txn` count for those after it."""


def _public(key):
    """A key as an entry carries it -> its role and the DER of its SubjectPublicKeyInfo."""
    return {"role": key["role"], "spki": forms.base64_of(key["spki"])}


class Dataset:
    def __init__(self, name, at):
        self.id, self.created_at = name, at
        self.root = None
        self.first_tags, self.aliases, self.description = [], [], None
        self.versions = []


class Version:
    """`changes` are the lines of the body, None where it is gone; a voided version has none."""

    def __init__(self, number, leaf, first):
        self.number, self.at, self.seq = number, leaf.entry["at"], leaf.seq
        self.sha256 = leaf.output(leaf.entry["subject"])
        self.txn = leaf.entry["txn"]
        # A drop's inventory says "Version 1", its body nothing of it.
        self.message = first.get("message", "Version 1") if first else None
        self.tags = set(first.get("tags", [])) if first else set()
        self.changes = leaf.body[1:] if first else None
        self.totals = (first.get("files", 1), first.get("bytes")) if first else None
        # Whether all its tags are known: a body that is gone could have put one there.
        self.tags_known = first is not None
        self.withdrawn, self.voided = False, False


class State:
    """Replays leaves in order. `alarms` are the entries without effect and the bodies that should be there and are not."""

    def __init__(self):
        self.keys, self.revoked = {}, set()
        self.contracts = set()
        self.datasets, self.names = {}, {}
        # Raw drops (section 6.3): objects of one version, by the names of their objects.
        self.drops = {}
        # Tables and cubes, which share their names (tables.md, cubes.md).
        self.tables = {}
        self.txns, self.at = set(), ""
        self.logs = []
        self.newer = False

    def begin(self, lake_id, where, report):
        """From here on the leaves are those of the log of this lake id; a fork goes on from the state of the log before (section 16)."""
        self.lake_id, self.report = lake_id, report
        self.seen, self.destroyed = [], {}
        self.logs.append((where, self.seen, self.destroyed))

    def bodies(self):
        """Every leaf that parses, with the entry that destroyed its body (or None) and the folder of its log."""
        for where, leaves, destroyed in self.logs:
            for leaf in leaves:
                if leaf.entry is not None:
                    yield leaf, destroyed.get(leaf.seq), where

    # -- keys ---------------------------------------------------------------------------------------------------------

    def stations(self):
        """Key id -> DER of the SubjectPublicKeyInfo, for every station that ever was in the key set."""
        return {one: key["spki"] for one, key in self.keys.items() if key["role"] == "station"}

    def _signer(self, key_id):
        need(key_id in self.keys, f"key {key_id[:16]} is not in the key set")
        need(key_id not in self.revoked, f"key {key_id[:16]} was revoked before")
        return self.keys[key_id]

    def _check_signatures(self, entry):
        unsigned = {name: value for name, value in entry.items() if name != "sig"}
        if entry["seq"] == 0:
            need(entry["key"]["id"] == entry["station"], "the first entry is not signed by the key that it carries")
            station = _public(entry["key"])
        else:
            station = self._signer(entry["station"])
        need(signatures.verify(station["spki"], forms.base64_of(entry["sig"]), canonical.write(unsigned)), "sig does not verify")
        need(
            station["role"] == "station" or station["role"] == "recovery" and entry["op"] in ("key.enrolled", "key.revoked"),
            f"a key of role {station['role']} may not sign {entry['op']}",
        )
        if "act" not in entry:
            need(entry["actor"] == entry["station"], "actor is another key than station, and no act is there")
            return
        officer = self._signer(entry["actor"])
        statement = entry["act"]["statement"]
        need(officer["role"] == "officer", "actor is no officer")
        need(all(statement[name] == entry[name] for name in ("lake", "op", "subject", "txn")), "the act is for another entry")
        need(statement["hashes"] == [one["sha256"] for one in entry["inputs"] + entry["outputs"]], "the act is for other hashes")
        need(signatures.verify(officer["spki"], forms.base64_of(entry["act"]["sig"]), canonical.write(statement)), "the act's signature does not verify")

    # -- one leaf -----------------------------------------------------------------------------------------------------

    def apply(self, leaf, previous_hash):
        """Judges one leaf by section 7 and lets it have its effect; a leaf without effect is reported."""
        leaf.read_body()
        self.seen.append(leaf)
        try:
            self._judge(leaf, previous_hash)
        except BodyDoesNotFit as reason:
            self.txns.add(leaf.entry["txn"])
            self.at = leaf.entry["at"]
            self.report(f"entry {leaf.seq} has no effect: {reason}")
        except (NoEffect, forms.WrongForm) as reason:
            self.report(f"entry {leaf.seq} has no effect: {reason}")

    def _judge(self, leaf, previous_hash):
        need(leaf.entry is not None, leaf.fault)
        entry = leaf.entry
        need(entry["lake"] == self.lake_id and entry["seq"] == leaf.seq, "it belongs to another place")
        need(entry["prev"] == previous_hash.hex(), "prev is not the leaf hash of the entry before")
        need(entry["at"] > self.at, "at is not later than the entry before")
        need(entry["txn"] not in self.txns, "its txn was there before")
        if entry["op"] not in forms.OPERATIONS:
            self.newer = True
            raise NoEffect(f"op {entry['op']} is not known: written by a newer version")
        forms.check_operation(entry)
        need((entry["seq"] == 0) == (entry["op"] in ("lake.created", "lake.forked")), "a lake begins with lake.created or lake.forked, once")
        if "key" in entry:
            self._check_key(entry["key"])
        self._check_signatures(entry)
        self._fit(leaf)
        self.txns.add(entry["txn"])
        self.at = entry["at"]

    @staticmethod
    def _check_key(key):
        spki = forms.base64_of(key["spki"])
        need(signatures.is_p256(spki), "a carried key that is not on P-256")
        need(sha256(spki).hex() == key["id"], "a carried key does not hash to its id")

    def _fit(self, leaf):
        entry = leaf.entry
        first = leaf.body[0] if leaf.body_state == "good" else None
        getattr(self, "_" + entry["op"].replace(".", "_"))(leaf, entry, first)

    # -- the lake and its keys ----------------------------------------------------------------------------------------

    def _lake_created(self, leaf, entry, first):
        need(entry["key"]["role"] == "station", "the first key is a station's")
        self._enroll(entry["key"])

    def _lake_forked(self, leaf, entry, first):
        known = self.keys.get(entry["key"]["id"])
        need(entry["key"]["id"] not in self.revoked, "its key was revoked")
        need(known is None or known["role"] == "station", "its key is no station's")
        self._lake_created(leaf, entry, first)

    def _lake_recovered(self, leaf, entry, first):
        """Says what was done; changes nothing."""

    _clock_accepted = _lake_recovered
    _secret_made = _lake_recovered

    def _enroll(self, key):
        self.keys[key["id"]] = _public(key)

    def _key_enrolled(self, leaf, entry, first):
        need(entry["subject"] == "key:" + entry["key"]["id"], "subject and key differ")
        need(entry["key"]["id"] not in self.keys, "that key is, or was, in the key set")
        self._enroll(entry["key"])

    def _key_rotated(self, leaf, entry, first):
        old = entry["subject"].removeprefix("key:")
        need(old in self.keys and old not in self.revoked, "the old key is not in the key set")
        need(entry["key"]["id"] not in self.keys, "the new key is, or was, in the key set")
        need(entry["key"]["role"] == self.keys[old]["role"], "the new key has another role")
        self._enroll(entry["key"])
        self.revoked.add(old)

    def _key_revoked(self, leaf, entry, first):
        one = entry["subject"].removeprefix("key:")
        need(entry["key"]["id"] == one, "subject and key differ")
        need(one in self.keys and one not in self.revoked, "that key is not in the key set")
        need(entry["key"]["role"] == self.keys[one]["role"], "that key has another role")
        left = [other for other in self.stations() if other not in self.revoked and other != one]
        need(left or self.keys[one]["role"] != "station", "it is the last key that can write")
        self.revoked.add(one)

    # -- datasets and versions ----------------------------------------------------------------------------------------

    def _dataset(self, name):
        found = self.datasets.get(name)
        need(found is not None, f"there is no dataset {name}")
        return found

    def _version(self, subject):
        name, number = forms.version_of(subject)
        dataset = self._dataset(name)
        need(1 <= number <= len(dataset.versions), f"there is no {subject}")
        return dataset.versions[number - 1]

    def _make(self, name, at):
        need(name.lower() not in self.names, "that name is taken")
        self.names[name.lower()] = name
        self.datasets[name] = Dataset(name, at)
        return self.datasets[name]

    def _dataset_created(self, leaf, entry, first):
        dataset = self._make(entry["subject"].removeprefix("dataset:"), entry["at"])
        if first:
            dataset.root, dataset.first_tags = first["root"], first["tags"]
        else:
            dataset.first_tags = None

    def _dataset_described(self, leaf, entry, first):
        dataset = self._dataset(entry["subject"].removeprefix("dataset:"))
        dataset.description = first["description"] if first else None

    def _version_committed(self, leaf, entry, first):
        name, number = forms.version_of(entry["subject"])
        if number == 1 and name not in self.datasets:
            self._make(name, entry["at"])
        dataset = self._dataset(name)
        need(number == len(dataset.versions) + 1, "a version number is the newest and 1")
        version = Version(number, leaf, first)
        if first:
            dataset.root = first["root"]
        if number == 1:
            version.tags |= set(dataset.first_tags or [])
            version.tags_known = version.tags_known and dataset.first_tags is not None
        dataset.versions.append(version)

    def _version_voided(self, leaf, entry, first):
        name, number = forms.version_of(entry["subject"])
        version = self._version(entry["subject"])
        need(number == len(self.datasets[name].versions), "only the newest version can be voided")
        version.voided, version.sha256, version.txn = True, leaf.output(entry["subject"]), entry["txn"]

    def _version_withdrawn(self, leaf, entry, first):
        self._version(entry["subject"]).withdrawn = True

    def _version_exported(self, leaf, entry, first):
        self._version(entry["subject"])

    def _tag_added(self, leaf, entry, first):
        version = self._version(entry["subject"])
        if first:
            version.tags.add(first["tag"])
        else:
            version.tags_known = False

    def _tag_removed(self, leaf, entry, first):
        version = self._version(entry["subject"])
        if first:
            if first["tag"] not in version.tags and version.tags_known:
                raise BodyDoesNotFit("the tag is not there")
            version.tags.discard(first["tag"])

    def _alias_added(self, leaf, entry, first):
        dataset = self._dataset(entry["subject"].removeprefix("dataset:"))
        if first:
            if first["alias"].lower() in self.names:
                raise BodyDoesNotFit("that name is taken")
            self.names[first["alias"].lower()] = dataset.id
            dataset.aliases.append(first["alias"])

    def _raw_received(self, leaf, entry, first):
        name = "raw/" + entry["subject"].removeprefix("raw:")
        need(name not in self.drops, "that drop is there already")
        drop = self.drops[name] = Dataset(name, entry["at"])
        drop.root = "raw"
        drop.versions.append(Version(1, leaf, first))

    def _raw_repeated(self, leaf, entry, first):
        need("raw/" + entry["subject"].removeprefix("raw:") in self.drops, "there is no such drop")

    def _contract_published(self, leaf, entry, first):
        need(entry["subject"] not in self.contracts, "that contract was published before")
        if first and sha256(first["text"].encode()).hex() != entry["subject"].rpartition(":")[2]:
            raise BodyDoesNotFit("its text is not the one that the entry names")
        self.contracts.add(entry["subject"])

    # -- tables and cubes (tables.md section 3, cubes.md) -------------------------------------------------------------

    def _table_committed(self, leaf, entry, first):
        made = [forms.table_version_of(one["ref"]) for one in entry["outputs"]]
        need(all(made) and made[0] == forms.table_version_of(entry["subject"]), "its outputs are not the versions of tables, that of its subject first")
        need(len({name for name, _ in made}) == len(made), "two versions of one table")
        found = [self.tables.get(name) or tables.Table(name) for name, _ in made]
        for table, (_, number) in zip(found, made):
            need(table.kind == "table", f"{table.name} is the name of a cube")
            self._follows(table, number, entry)
        self._append(leaf, first, "table", found, made)

    def _cube_defined(self, leaf, entry, first):
        name, number = forms.table_version_of(entry["subject"])
        cube = self.tables.get(name) or tables.Table(name, "")
        need(cube.kind == "cube", f"{name} is the name of a table")
        need(not any(one.split(":")[1] == name for one in self.contracts), f"{name} is the name of a contract")
        need(number == len(cube.versions) + 1, "it does not begin with the next version")
        if first and sha256(first["text"].encode()).hex() != leaf.output("definition"):
            raise BodyDoesNotFit("its text is not the one that the entry names")
        cube.definition = leaf.output("definition")
        self.tables[name] = cube

    def _cube_refreshed(self, leaf, entry, first):
        name, number = forms.table_version_of(entry["subject"])
        cube = self.tables.get(name)
        need(cube is not None and cube.kind == "cube", f"there is no cube {name}")
        self._follows(cube, number, entry)
        if first:
            inputs = {one.get("ref"): one["sha256"] for one in entry["inputs"]}
            for source in first["sources"]:
                table = self.tables.get(source["name"])
                need(table is not None and source["version"] <= len(table.versions), f"its source {source['name']}:v{source['version']} is not there")
                version = table.versions[source["version"] - 1]
                need(inputs.get(f"{table.kind}:{table.name}:v{version.number}") == version.sha256, f"its inputs do not name {table.name}:v{version.number}")
        self._append(leaf, first, "cube", [cube], [(name, number)])

    def _follows(self, table, number, entry):
        """The version is the next, and the inputs name the one before."""
        need(number == len(table.versions) + 1, f"the version of {table.name} is not the newest and 1")
        if table.versions:
            before = {"ref": f"{table.kind}:{table.name}:v{number - 1}", "sha256": table.versions[-1].sha256}
            need(before in entry["inputs"], f"its inputs do not name {table.name}:v{number - 1}")

    def _append(self, leaf, first, kind, found, made):
        need(first is not None, "its body is gone, which may not be")
        parts = tables.parts_of(first, leaf.body[1:], kind)
        if [(said["name"], said["version"]) for said, _ in parts] != made:
            raise BodyDoesNotFit("its first line is of other tables than its outputs")
        for table, (_, number), (said, lines) in zip(found, made, parts):
            table.versions.append(tables.TableVersion(table, number, leaf, said, lines))
            self.tables[table.name] = table

    def _body_destroyed(self, leaf, entry, first):
        seq = int(entry["subject"].removeprefix("entry:"))
        need(seq < leaf.seq and self.seen[seq].entry is not None and self.seen[seq].entry["body"] is not None, "it names no earlier body")
        need(self.seen[seq].entry["op"] not in KEPT_BODIES, "the bodies of contracts, tables and cubes are kept")
        need(seq not in self.destroyed, "that body was destroyed before")
        self.destroyed[seq] = leaf.seq
