"""The Merkle tree of RFC 6962 section 2.1, its tiles (C2SP tlog-tiles), checkpoints and proofs. Section 8."""

import base64
import binascii
import hashlib
import os

TILE_WIDTH = 256


def sha256(*parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()


def leaf_hash(leaf):
    return sha256(b"\x00", leaf)


def node_hash(left, right):
    return sha256(b"\x01", left, right)


def root_of(hashes):
    """MTH: the left part is the largest power of two that is smaller than the whole; the empty tree is SHA-256 of nothing."""
    if not hashes:
        return sha256()
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return node_hash(root_of(hashes[:split]), root_of(hashes[split:]))


def root_from_proof(index, size, leaf, path):
    """Root that an inclusion proof leads to (RFC 9162 section 2.1.3.2), or None where its length does not fit."""
    if index >= size:
        return None
    node, last, root = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return None
        if node % 2 == 1 or node == last:
            root = node_hash(sibling, root)
            while node % 2 == 0 and node != 0:
                node, last = node >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        node, last = node >> 1, last >> 1
    return root if last == 0 else None


def grouped(number):
    """1234 -> x001/234: the path of tile number or entry number in groups of three digits."""
    groups = []
    while True:
        number, group = divmod(number, 1000)
        groups.insert(0, f"{group:03d}")
        if number == 0:
            return "/".join(["x" + group for group in groups[:-1]] + groups[-1:])


def grouped_entry(seq):
    """1234 -> x000/x001/234: the folder of an entry, always nine digits (section 4)."""
    digits = f"{seq:09d}"
    return f"x{digits[:3]}/x{digits[3:6]}/{digits[6:]}"


def tile_levels(leaves):
    """Hashes of each level of tiles: level 0 the leaves, above it the roots of the full tiles below."""
    levels = [leaves]
    while len(levels[-1]) >= TILE_WIDTH:
        below = levels[-1]
        levels.append([root_of(below[n : n + TILE_WIDTH]) for n in range(0, len(below) - TILE_WIDTH + 1, TILE_WIDTH)])
    return levels


def check_tiles(folder, leaves, checkpoint_size, report):
    """Every tile that is there holds the hashes of its place, and those that the checkpoint needs are there."""
    levels = tile_levels(leaves)
    for level, hashes in enumerate(tile_levels(leaves[:checkpoint_size])):
        for number in range((len(hashes) + TILE_WIDTH - 1) // TILE_WIDTH):
            width = min(TILE_WIDTH, len(hashes) - number * TILE_WIDTH)
            path = f"{level}/{grouped(number)}"
            partial = f"{path}.p/{width}"
            if not (os.path.isfile(os.path.join(folder, path)) or width < TILE_WIDTH and os.path.isfile(os.path.join(folder, partial))):
                report(f"tile/{path if width == TILE_WIDTH else partial}: missing, and the checkpoint needs it")
    for path in files_below(folder):
        expected = _tile(levels, path)
        with open(os.path.join(folder, path), "rb") as file:
            if file.read() != expected:
                report(f"tile/{path}: not the hashes of its place")


def files_below(folder):
    return sorted(
        os.path.relpath(os.path.join(where, name), folder).replace(os.sep, "/")
        for where, _, names in os.walk(folder)
        for name in names
    )


def _tile(levels, path):
    """The bytes that a tile of this path must have; None where no tile has that path."""
    parts = path.split("/")
    width = TILE_WIDTH
    if len(parts) > 2 and parts[-2].endswith(".p") and parts[-1].isdigit():
        width = int(parts.pop())
        parts[-1] = parts[-1][:-2]
    number = "".join(part.lstrip("x") for part in parts[1:])
    if not (parts[0].isdigit() and number.isdigit() and int(parts[0]) < len(levels)):
        return None
    canonical = f"{int(parts[0])}/{grouped(int(number))}" + (f".p/{width}" if width < TILE_WIDTH else "")
    hashes = levels[int(parts[0])][int(number) * TILE_WIDTH :][:width]
    return b"".join(hashes) if canonical == path and len(hashes) == width and width > 0 else None


class Malformed(Exception):
    """A checkpoint or a proof does not have its form."""


class Checkpoint:
    """A signed note (C2SP signed-note, tlog-checkpoint): origin, size, root, and what signed it."""

    def __init__(self, data):
        try:
            text, signatures = data.decode("utf-8").rsplit("\n\n", 1)
            self.signed = (text + "\n").encode("utf-8")
            self.origin, size, root = text.split("\n")
            self.size, self.root = decimal(size), base64.b64decode(root, validate=True)
            if not signatures.endswith("\n") or len(self.root) != 32:
                raise Malformed("a checkpoint without its signature lines")
            self.signatures = [self._signature(line) for line in signatures[:-1].split("\n")]
        except (UnicodeError, ValueError, binascii.Error) as error:
            raise Malformed(str(error)) from error

    @staticmethod
    def _signature(line):
        dash, name, signature = line.split(" ")
        raw = base64.b64decode(signature, validate=True)
        if dash != "\u2014" or len(raw) < 5:
            raise Malformed("a line that is no signature")
        return name, raw[:4], raw[4:]

    def signed_by(self, keys, verify):
        """Id of the station among `keys` (id -> DER SubjectPublicKeyInfo) whose signature holds, else None."""
        for name, key_hash, signature in self.signatures:
            for key_id, spki in keys.items():
                if name == self.origin and key_hash == bytes.fromhex(key_id)[:4] and verify(spki, signature, self.signed):
                    return key_id
        return None


def read_proof(data):
    """C2SP tlog-proof -> index, path, checkpoint."""
    head, _, checkpoint = data.partition(b"\n\n")
    try:
        magic, index, *path = head.decode("ascii").split("\n")
        if magic != "c2sp.org/tlog-proof@v1" or not index.startswith("index "):
            raise Malformed("not a tlog-proof of version 1")
        hashes = [base64.b64decode(line, validate=True) for line in path]
    except (UnicodeError, ValueError, binascii.Error) as error:
        raise Malformed(str(error)) from error
    if any(len(one) != 32 for one in hashes):
        raise Malformed("a hash that is not 32 bytes long")
    return decimal(index[len("index ") :]), hashes, Checkpoint(checkpoint)


def decimal(text):
    if not text.isascii() or not text.isdigit() or str(int(text)) != text:
        raise Malformed(f"{text!r} is no plain decimal number")
    return int(text)
