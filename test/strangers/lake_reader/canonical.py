"""Canonical JSON (RFC 8785), as entries, bodies and lake.json are written."""

import json

LARGEST_INTEGER = 2**53 - 1
SHORT_ESCAPES = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


class NotCanonical(Exception):
    """The bytes are not what RFC 8785 makes of the value that they hold."""


def utf16(text):
    """Sort key: RFC 8785 section 3.2.3 sorts by UTF-16 code units, Python's strings by code points."""
    return text.encode("utf-16-be")


def parse(data):
    """The value in `data` (bytes), which must be the canonical form of it, to the byte."""
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_without_doubles, parse_constant=_refuse)
        again = write(value)
    except (UnicodeError, ValueError, RecursionError) as error:
        raise NotCanonical(str(error)) from error
    if again != data:
        raise NotCanonical("the bytes are not the canonical form of their value")
    return value


def write(value):
    """RFC 8785 form as bytes. Numbers are integers below 2^53 (section 2.3): anything else is refused."""
    return _text(value).encode("utf-8")


def _text(value):
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, int) and abs(value) <= LARGEST_INTEGER:
        return str(value)
    if isinstance(value, list):
        return "[" + ",".join(_text(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{_string(name)}:{_text(value[name])}" for name in sorted(value, key=utf16)) + "}"
    raise NotCanonical(f"{value!r} is no text, list, object or whole number below 2^53")


def _string(text):
    return '"' + "".join(SHORT_ESCAPES.get(c) or (f"\\u{ord(c):04x}" if c < " " else c) for c in text) + '"'


def _without_doubles(pairs):
    value = dict(pairs)
    if len(value) != len(pairs):
        raise NotCanonical("a member stands there twice")
    return value


def _refuse(constant):
    raise NotCanonical(f"{constant} is no JSON")
