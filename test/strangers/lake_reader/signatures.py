"""ECDSA P-256 signatures, checked by the openssl program."""

import base64
import functools
import os
import subprocess
import tempfile

# DER of SubjectPublicKeyInfo up to the point: id-ecPublicKey on prime256v1, and a bit string with an uncompressed point.
P256_HEAD = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200" + "04")


@functools.cache
def is_p256(spki):
    """Whether this is the DER of a public key on P-256 that openssl can read."""
    return spki.startswith(P256_HEAD) and len(spki) == len(P256_HEAD) + 64 and _openssl(["pkey", "-pubin", "-noout"], _pem(spki))


@functools.cache
def verify(spki, signature, message):
    """Whether `signature` (DER) of the key `spki` (DER) is over SHA-256 of `message`."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: os.path.join(folder, name) for name in ("key", "signature", "message")}
        for name, data in (("key", _pem(spki)), ("signature", signature), ("message", message)):
            with open(paths[name], "wb") as file:
                file.write(data)
        return _openssl(["dgst", "-sha256", "-verify", paths["key"], "-signature", paths["signature"], paths["message"]])


def _pem(spki):
    return b"-----BEGIN PUBLIC KEY-----\n" + base64.encodebytes(spki) + b"-----END PUBLIC KEY-----\n"


def _openssl(arguments, given=b""):
    return subprocess.run(["openssl", *arguments], input=given, capture_output=True, check=False).returncode == 0
