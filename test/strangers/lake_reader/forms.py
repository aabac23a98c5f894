"""The form of ids, names, instants, entries and bodies. Sections 2.2, 3, 4, 5 and 6; of tables and cubes, tables.md section 3 and cubes.md."""

import base64
import binascii
import datetime
import re

HEX64 = re.compile(r"[0-9a-f]{64}")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
TAG = re.compile(r"(?!v[0-9]+\Z)[a-z0-9][a-z0-9._-]{0,31}")
RESERVED = re.compile(r"(CON|PRN|AUX|NUL|COM[0-9]|LPT[0-9])(\..*)?", re.IGNORECASE | re.ASCII)
SECRET = re.compile(r"[0-9a-f]{32}")
CONTRACT = re.compile(r"[a-z][a-z0-9_]{0,62}")
VERSION = re.compile(r"version:([^:]+):v([1-9][0-9]*)")
TABLE_VERSION = re.compile(r"(?:table|cube):([a-z][a-z0-9_]{0,62}):v([1-9][0-9]*)")

LARGEST_ENTRY = 16_384
MEMBERS = {"v", "lake", "seq", "prev", "at", "clock", "txn", "actor", "station", "op", "subject", "inputs", "outputs", "body", "sig"}
STATEMENT = {"at", "hashes", "lake", "op", "subject", "txn"}
ROLES = ("station", "officer", "recovery")

# Section 6: kind of subject, whether the entry carries a key, and the one output that it must name.
OPERATIONS = {
    "lake.created": ("lake", True, "lake.json"),
    "lake.forked": ("lake", True, "lake.json"),
    "lake.recovered": ("lake", False, None),
    "key.enrolled": ("key", True, None),
    "key.rotated": ("key", True, None),
    "key.revoked": ("key", True, None),
    "clock.accepted": ("lake", False, None),
    "dataset.created": ("dataset", False, None),
    "dataset.described": ("dataset", False, None),
    "version.committed": ("version", False, "itself"),
    "version.withdrawn": ("version", False, None),
    "version.voided": ("version", False, "itself"),
    "tag.added": ("version", False, None),
    "tag.removed": ("version", False, None),
    "alias.added": ("dataset", False, None),
    "contract.published": ("contract", False, None),
    "version.exported": ("version", False, "package"),
    "body.destroyed": ("entry", False, None),
    "raw.received": ("raw", False, "itself"),
    "raw.repeated": ("raw", False, None),
    "secret.made": ("secret", False, None),
    "table.committed": ("table", False, "itself"),
    "cube.defined": ("cube", False, "definition"),
    "cube.refreshed": ("cube", False, "itself"),
}


class WrongForm(Exception):
    """What is wrong, in a sentence."""


def need(condition, otherwise):
    if not condition:
        raise WrongForm(otherwise)


def is_dataset_id(text):
    return isinstance(text, str) and bool(NAME.fullmatch(text)) and not RESERVED.fullmatch(text) and not text.endswith(".")


def is_instant(text):
    try:
        datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")
        return bool(INSTANT.fullmatch(text))
    except (TypeError, ValueError):
        return False


def is_count(value):
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_logical_path(text):
    return isinstance(text, str) and "\x00" not in text and all(part not in ("", ".", "..") for part in text.split("/"))


def base64_of(text):
    """Bytes of a base64 text with nothing left over in it."""
    try:
        data = base64.b64decode(text, validate=True)
    except (TypeError, ValueError, binascii.Error) as error:
        raise WrongForm("not base64") from error
    need(base64.b64encode(data).decode() == text, "not base64 as RFC 4648 section 4 writes it")
    return data


def matches(pattern, value):
    return isinstance(value, str) and bool(pattern.fullmatch(value))


def check_entry(entry):
    """Section 4: raises WrongForm where a member is missing, unknown or of another form."""
    need(isinstance(entry, dict) and MEMBERS <= entry.keys() <= MEMBERS | {"act", "key"}, "members that section 4 does not have")
    need(entry["v"] == 1, "another version of the format")
    need(matches(UUID, entry["lake"]) and matches(UUID7, entry["txn"]), "lake or txn is no UUID of its kind")
    need(is_count(entry["seq"]) and matches(HEX64, entry["prev"]), "seq or prev")
    need(is_instant(entry["at"]) and is_instant(entry["clock"]), "at or clock is no instant")
    need(matches(HEX64, entry["actor"]) and matches(HEX64, entry["station"]), "actor or station is no key id")
    need(isinstance(entry["op"], str) and isinstance(entry["subject"], str), "op or subject is no text")
    for name in ("inputs", "outputs"):
        _check_references(entry[name])
    need(len(entry["inputs"]) + len(entry["outputs"]) <= 64, "more than 64 inputs and outputs")
    body = entry["body"]
    need(body is None or isinstance(body, dict) and body.keys() == {"commit", "size"} and matches(HEX64, body["commit"]) and is_count(body["size"]), "body")
    if "act" in entry:
        need(isinstance(entry["act"], dict) and entry["act"].keys() == {"sig", "statement"}, "act")
        statement = entry["act"]["statement"]
        need(isinstance(statement, dict) and statement.keys() == STATEMENT and is_instant(statement["at"]), "statement of the act")
        need(isinstance(statement["hashes"], list) and all(matches(HEX64, one) for one in statement["hashes"]), "hashes of the act")
        base64_of(entry["act"]["sig"])
    if "key" in entry:
        key = entry["key"]
        need(isinstance(key, dict) and key.keys() == {"id", "role", "spki"} and matches(HEX64, key["id"]) and key["role"] in ROLES, "key")
        base64_of(key["spki"])
    base64_of(entry["sig"])


def _check_references(references):
    need(isinstance(references, list), "inputs or outputs is no list")
    for one in references:
        plain = isinstance(one, dict) and one.keys() == {"ref", "sha256"} and isinstance(one["ref"], str)
        rest = isinstance(one, dict) and one.keys() == {"more", "sha256"} and is_count(one["more"]) and len(references) == 1
        need((plain or rest) and matches(HEX64, one["sha256"]), "an input or output without its form")


def check_operation(entry):
    """What the table of section 6 says of the entry itself. An unknown op is judged by the caller."""
    kind, carries_key, output = OPERATIONS[entry["op"]]
    subject, _, rest = entry["subject"].partition(":")
    need(subject == kind and _is_subject(kind, rest), f"{entry['subject']!r} is no subject of {entry['op']}")
    need(("key" in entry) == carries_key, "a key is there, or is missing, against section 6")
    need(entry["body"] is not None, "no body")
    if output:
        wanted = entry["subject"] if output == "itself" else output
        need([one.get("ref") for one in entry["outputs"]].count(wanted) == 1, f"its outputs do not name {wanted} once")


def _is_subject(kind, rest):
    if kind == "lake":
        return rest == ""
    if kind == "key":
        return matches(HEX64, rest)
    if kind == "secret":
        return bool(SECRET.fullmatch(rest))
    if kind == "entry":
        return rest.isascii() and rest.isdigit() and str(int(rest)) == rest
    if kind == "contract":
        name, _, text_hash = rest.partition(":")
        return bool(CONTRACT.fullmatch(name)) and not RESERVED.fullmatch(name) and matches(HEX64, text_hash)
    if kind in ("table", "cube"):
        return bool(TABLE_VERSION.fullmatch(f"{kind}:{rest}"))
    if kind == "dataset":
        return is_dataset_id(rest)
    if kind == "raw":
        return matches(UUID, rest)
    version = VERSION.fullmatch("version:" + rest)
    return bool(version) and is_dataset_id(version[1])


# Section 6: members of a body's first line, and what they are. Others may be there; a reader ignores them.
HEADS = {
    "lake.forked": {"reason": str},
    "lake.recovered": {"done": list},
    "key.enrolled": {"name": str, "certificate": str, "fingerprint": str},
    "key.rotated": {"name": str, "certificate": str, "fingerprint": str, "reason": str},
    "key.revoked": {"reason": str},
    "clock.accepted": {"reason": str, "offset": int},
    "dataset.created": {"root": str, "tags": list},
    "dataset.described": {"description": dict},
    "version.committed": {"message": str, "tags": list, "root": str, "files": int, "bytes": int},
    "version.withdrawn": {"reason": str},
    "version.voided": {"reason": str},
    "tag.added": {"tag": str},
    "tag.removed": {"tag": str},
    "alias.added": {"alias": str},
    "contract.published": {"version": str, "text": str, "major": bool},
    "version.exported": {"name": str, "bytes": int, "payload": dict, "signer": str},
    "body.destroyed": {"authority": str, "reason": str},
    "raw.received": {"program": int, "media": str, "sender": str},
    "raw.repeated": {"program": int, "name": str, "sender": str},
    "table.committed": {"message": str, "tables": list},
    "cube.defined": {"text": str},
    "cube.refreshed": {"message": str, "tables": list, "instant": str, "sources": list, "rows": int, "how": str},
}


def check_head(head):
    """The first line of a body has what section 6 says of its op."""
    for name, kind in HEADS.get(head["op"], {}).items():
        need(isinstance(head.get(name), kind), f"its first line has no {name} as section 6 says")
    need(head.get("root", "store") in ("store", "raw"), "root")
    for tag in [*head.get("tags", []), *([head["tag"]] if "tag" in head else [])]:
        need(matches(TAG, tag), f"{tag!r} is no tag")
    need("alias" not in head or is_dataset_id(head["alias"]), "alias")
    need(head.get("assigned", True) is True, "assigned")


def version_of(subject):
    """version:ID:vN -> (ID, N)."""
    found = VERSION.fullmatch(subject)
    return found[1], int(found[2])


def table_version_of(reference):
    """table:NAME:vN or cube:NAME:vN -> (NAME, N); None of anything else."""
    found = TABLE_VERSION.fullmatch(reference)
    return (found[1], int(found[2])) if found else None
