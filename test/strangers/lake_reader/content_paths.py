"""From a logical name to the names that its stored bytes may have. Section 10."""

import hashlib
import re
import unicodedata

ENCODED = re.compile("[<>:\"\\\\|?*%\x00-\x1f\x7f-\x9f]")
RESERVED = re.compile("(CON|PRN|AUX|NUL|COM[0-9¹²³]|LPT[0-9¹²³]|CONIN\\$|CONOUT\\$|CLOCK\\$) *(\\..*)?", re.IGNORECASE | re.DOTALL)
TWIN = re.compile("~[0-9a-f]{8}")


def fits(logical, content):
    """Whether `content` (below the version's content/) is what section 10 makes of `logical`, with or without the mark of a twin."""
    made = "/".join(_segment(logical, end) for end in _ends(logical))
    if content == made:
        return len(_bytes(made)) <= 180
    if content == _shortened(made, logical):
        return True
    ours, theirs = made.split("/"), content.split("/")
    return len(ours) == len(theirs) and all(_same_or_twin(a, b) for a, b in zip(ours, theirs))


def is_portable(content):
    """Whether every file system can have this path: what steps 1 and 2 forbid is not in it."""
    segments = content.split("/")
    return len(_bytes(content)) <= 190 and all(
        not re.search("[<>:\"\\\\|?*\x00-\x1f\x7f-\x9f]", one) and one[-1:] not in ("", ".", " ") and not RESERVED.fullmatch(one) and len(_bytes(one)) <= 117 for one in segments
    )


def _ends(logical):
    return [at for at, c in enumerate(logical) if c == "/"] + [len(logical)]


def _segment(logical, end):
    segment = logical[logical.rfind("/", 0, end) + 1 : end]
    made = ENCODED.sub(_percent, segment)
    if made[-1] in ". ":
        made = made[:-1] + _percent(made[-1])
    if RESERVED.fullmatch(segment):
        made = _percent(made[0]) + made[1:]
    if len(_bytes(made)) > 100:
        made = _beginning(made).rstrip(". ") + "~" + _hash(logical[:end])[:16]
    return made


def _beginning(text):
    """At most 60 characters, and at most 100 bytes of UTF-8."""
    text = text[:60]
    while len(_bytes(text)) > 100:
        text = text[:-1]
    return text


def _shortened(made, logical):
    return _beginning(made.replace("/", "_")) + "~" + _hash(logical)[:16]


def _same_or_twin(made, stored):
    return stored == made or stored.startswith(made + "~") and bool(TWIN.fullmatch(stored[len(made) :]))


def _percent(found):
    character = found if isinstance(found, str) else found[0]
    return "".join(f"%{byte:02X}" for byte in _bytes(character))


def _bytes(text):
    return text.encode("utf-8", "surrogatepass")


def _hash(logical):
    return hashlib.sha256(_bytes(logical)).hexdigest()


def folded(path):
    """Two paths that are equal under this are one on some file system."""
    return unicodedata.normalize("NFC", path).upper().lower()
