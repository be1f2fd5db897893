"""Bytes -> text: the byte order mark, what the page says, what the archived header says, UTF-8, then a detector.

What is declared is often wrong, so a declaration counts only where the bytes agree: bytes that are valid UTF-8 beyond
ASCII are UTF-8 whatever is declared (other encodings do not hit that by chance), and a declared encoding must decode.
"""

import re

from charset_normalizer import from_bytes
from w3lib.encoding import (
    html_body_declared_encoding,
    http_content_type_encoding,
    read_bom,
    resolve_encoding,
    to_unicode,
)

from pipelines.extraction.judgement.tongues import likeness, share_of_common

# what Python can decode and no page is written in
NO_CHARSETS = ("idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7", "undefined")
SAMPLE = 1 << 16
FEW_ERRORS = 0.02  # replaced characters for each one beyond ASCII
CANDIDATES = (
    "cp1252", "cp1250", "iso8859_2", "cp1254", "cp1257", "iso8859_13", "cp1251", "koi8_u", "koi8_r", "cp866",
    "iso8859_5", "cp1253", "iso8859_7", "cp1255", "iso8859_6", "cp1256", "cp1258", "cp874", "iso8859_15", "mac_roman",
    "iso8859_4", "iso8859_3", "cp850", "cp852", "mac_cyrillic",
)  # fmt: skip
SURE = 0.95  # likeness to language: below, the detector is asked
TAGS = re.compile(rb"<[^<>]*>")
ESCAPES = {b"\x1b$B": "iso2022_jp", b"\x1b$@": "iso2022_jp", b"\x1b$)C": "iso2022_kr"}
WESTERN = ("cp1252", "iso8859-15")  # what pages are called that nobody told, whatever they hold
UNLIKE = 0.9  # likeness to language: below, such a page is not what it is called
SURELY_OTHER = 1.05  # and it is another one under which it has words of a language, too
FEWEST_SIGNS, FEW_SIGNS = 30, 0.03  # beyond ASCII, and their share: fewer may be a name, or marks
MOST_SIGNS = 0.5  # more are no language of the west
ALL_WESTERN = 0.98
WIDE = ("shift_jis", "euc_jp", "euc_kr", "gb18030", "big5")  # encodings of two bytes a sign
WIDE_SURE = 0.14  # share of the commonest signs of such a language
NEIGHBOURS_OF_WESTERN = ("cp1250", "cp1254", "cp1257", "cp1258", "iso8859_2", "iso8859_16", "mac_latin2", "latin_1")
DETECTABLE = [
    "cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp874", "iso8859_2",
    "iso8859_5", "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr", "mac_roman",
]  # fmt: skip
WIDE_TAG = re.compile(rb"<\0[a-zA-Z]\0[^\0]\0|<\0p\0")
WIDE_NULS = 0.3  # share of zero bytes in UTF-16 text of a western language

# what UTF-8 looks like when it was read as cp1252: only sequences that no language writes
_AS_CP1252 = {byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(0x80, 0x100)}
_TAIL = "[" + re.escape("".join(_AS_CP1252[byte] for byte in range(0x80, 0xC0))) + "]"
MOJIBAKE = re.compile(f"â{_TAIL}{_TAIL}|ðŸ{_TAIL}{_TAIL}|Â{_TAIL}|Ã(?!\xa0){_TAIL}(?=[a-z])|(?<=[a-z])Ã(?!\xa0){_TAIL}")
# in UTF-8: what it begins with, and no plain letter behind it
_SIGN_OF_IT = re.compile(b"\xc3[\x82\x83\xa2\xb0][\xc2-\xf4]")
_TO_BYTE = {text: byte for byte, text in _AS_CP1252.items()}


def decode(body: bytes, content_type: str = "") -> tuple[str, str]:
    """The text of a page and the name of its encoding. Never raises: what cannot be decoded is replaced."""
    mark, length = read_bom(body)
    if mark and length:
        return to_unicode(body[len(length) :], mark), mark
    if wide := _without_mark(body):
        return to_unicode(body, wide), wide
    if not body.isascii() and _decodes(body, "utf-8"):
        text = body.decode("utf-8")
        return (text if _is_whole(body) else mended(text)), "utf-8"
    declared = [html_body_declared_encoding(body[:SAMPLE]), http_content_type_encoding(content_type)]
    known = [name for label in declared if label and (name := resolve_encoding(label))]
    name = _fitting(
        body, [name for name in known if name not in NO_CHARSETS and not name.startswith(("utf-16", "utf-32"))]
    )
    if body.isascii() and name == "utf-8":
        return body.decode("ascii"), name
    text = to_unicode(body, name)
    return (text if name == "utf-8" and _is_whole(body) else mended(text)), name


def _is_whole(body: bytes) -> bool:
    """Whether there is nothing to mend in UTF-8, told by its bytes."""
    return b"\xc3" not in body or _SIGN_OF_IT.search(body) is None


def mended(text: str) -> str:
    """Undo UTF-8 that was read as cp1252 and written again, only where nothing else can be meant (`Â®`)."""
    return MOJIBAKE.sub(_mend, text) if "Â" in text or "Ã" in text or "â" in text else text


def _mend(found: re.Match[str]) -> str:
    try:
        return bytes(_TO_BYTE[character] for character in found.group()).decode("utf-8")
    except (UnicodeDecodeError, KeyError):
        return found.group()


def _without_mark(body: bytes) -> str:
    start = body[:SAMPLE]
    if b"\0" not in start:
        return ""
    if found := WIDE_TAG.search(start):
        return "utf-16-be" if found.start() % 2 else "utf-16-le"
    if len(start) < 4 or start.count(0) < WIDE_NULS * len(start):
        return ""
    return "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"


def _fitting(body: bytes, declared: list[str]) -> str:
    if body.isascii():
        if b"\x1b$" in body and (escaped := [name for sign, name in ESCAPES.items() if sign in body]):
            return escaped[0]
        return next((name for name in declared if name.startswith("iso2022")), "utf-8")
    for name in ("utf-8", *declared):
        if _decodes(body, name):
            return _other_than_western(body) or name if name in WESTERN else name
    for name in ("utf-8", *declared):
        if _nearly_decodes(body, name):
            return name
    return _by_language(body) or detected(body)


def _other_than_western(body: bytes) -> str:
    """The encoding of what is called western and is no language of the west; empty where it may well be one."""
    sample = _beyond_ascii(body)
    beyond = sum(byte > 127 for byte in sample)
    if beyond < FEWEST_SIGNS or beyond < FEW_SIGNS * len(sample) or _is_western(sample, ALL_WESTERN):
        return ""
    if likeness(sample.decode("cp1252", "replace")) >= UNLIKE:
        return ""
    return _by_language(body, SURE if beyond > MOST_SIGNS * len(sample) else SURELY_OTHER)


def _beyond_ascii(body: bytes) -> bytes:
    """The first lines of a page, without tags, that hold more than ASCII."""
    sample = TAGS.sub(b" ", body[: 2 * SAMPLE])
    return b"\n".join([piece for piece in sample.split(b"\n") if not piece.isascii()])[: SAMPLE // 4]


def _by_language(body: bytes, sure: float = SURE) -> str:
    """The encoding under which the text is language; empty where it is under none."""
    sample = _beyond_ascii(body)
    if wide := _wide(sample):
        return wide
    found = [(likeness(sample.decode(name, "replace")), -place) for place, name in enumerate(CANDIDATES)]
    best, place = max(found)
    return CANDIDATES[-place] if best >= sure else ""


def _wide(sample: bytes) -> str:
    """The encoding of two bytes a sign under which the text is Japanese, Korean or Chinese; empty where it is not."""
    found = [(share_of_common(text), -place) for place, name in enumerate(WIDE) if (text := _strictly(sample, name))]
    best, place = max(found, default=(0.0, 0))
    return WIDE[-place] if best >= WIDE_SURE else ""


def _strictly(sample: bytes, name: str) -> str:
    """The sample decoded but for a sign that its end cuts; empty where it is not in that encoding."""
    for end in (len(sample), len(sample) - 1):
        try:
            return sample[:end].decode(name)
        except UnicodeDecodeError:
            continue
    return ""


def _decodes(body: bytes, name: str) -> bool:
    try:
        body.decode(name)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _nearly_decodes(body: bytes, name: str) -> bool:
    try:
        text = body.decode(name, "replace")
    except LookupError:
        return False
    beyond = sum(not character.isascii() for character in text)
    return text.count("\ufffd") <= FEW_ERRORS * beyond


def detected(body: bytes) -> str:
    """The detector's best guess; western text is not taken for its neighbours that look the same."""
    first = next((place for place, byte in enumerate(body) if byte > 127), 0)
    sample = body[max(0, first - SAMPLE // 2) : first + SAMPLE // 2]
    best = from_bytes(sample, cp_isolation=DETECTABLE).best()
    name = best.encoding if best else "cp1252"
    if name in NEIGHBOURS_OF_WESTERN and _is_western(sample):
        return "cp1252"
    return name


def _is_western(sample: bytes, share: float = 0.9) -> bool:
    """Whether cp1252 gives letters that western languages use, hardly ever beside an odd sign."""
    text = sample.decode("cp1252", "replace")
    beyond = [character for character in text if not character.isascii()]
    usual = sum(character in "äöüßÄÖÜéèêëàâçîïôùûñáíóúãõåæøÉÀÇ“”‘’„–—…•®©™°§€£«»\xa0·" for character in beyond)
    return usual >= share * len(beyond)
