"""The short way to a record: of those that are written as most are, without the detours that odd ones need.

What is not plain in every respect (a header on two lines, letters beyond ASCII, a name twice, a digest of another kind,
anything that does not fit) is left to `records.parse`, which says what it is; both give the same of what is plain.
"""

import re

from pipelines.formats.digests import has_warc_digest
from pipelines.items.captures import WarcLocation
from pipelines.warc.members import Member
from pipelines.warc.sidecar import FOLLOW, Headers

Plain = tuple[str, WarcLocation, dict[str, str], int, Headers, bytes, str, tuple[str, ...]]
"""The fields of a `records.Record`, in their order."""

_MOST = 1 << 14  # bytes of a head
_HEADER = rb"[!-9;-~]+:(?: ?[!-~][ -~]*)?\r\n"
_ABOUT = re.compile(rb"WARC/1\.[01]\r\n((?:" + _HEADER + rb")+)\r\n")
_HTTP = re.compile(rb"HTTP/1\.[01] ([2-9][0-9][0-9])(?: [ -~]*)?\r\n((?:" + _HEADER + rb")*)\r\n")
_PAIRS = re.compile(r"([!-9;-~]+): ?([ -~]*)\r\n")
_WITHOUT_HTTP = frozenset({"metadata", "warcinfo"})
_OURS = FOLLOW.lower()


def plain(member: Member, file: str) -> Plain | None:
    """What a whole member holds, its block digest checked; None where it is not plain."""
    whole = member.data.getvalue()
    found = _ABOUT.match(whole, 0, _MOST)
    if found is None:
        return None
    about = _named(found[1])
    block = whole[found.end() :]
    if about is None or not _is_whole(about, block) or not _is_sound(about, block := block[: -len(_END)]):
        return None
    http = _http(about, block)
    if http is None:
        return None
    status, headers, body = http
    beside = about.get("warc-concurrent-to")
    place = WarcLocation(file, member.offset, member.length)
    return about["warc-type"], place, about, status, headers, body, "", (beside,) if beside is not None else ()


_END = b"\r\n\r\n"


def _named(head: bytes) -> dict[str, str] | None:
    """Headers by their names in small letters; None where a name comes twice."""
    pairs = _PAIRS.findall(head.decode("ascii"))
    found = {name.lower(): value.rstrip() for name, value in pairs}
    return found if len(found) == len(pairs) else None


def _is_whole(about: dict[str, str], block: bytes) -> bool:
    """Whether the block is as long as it should be, and followed by nothing but its end."""
    length = about.get("content-length", "")
    return length.isdigit() and 0 < int(length[:15]) == len(block) - len(_END) and block.endswith(_END)


def _is_sound(about: dict[str, str], block: bytes) -> bool:
    """Whether the digest of the block holds, where there is one that is looked at."""
    told = about.get("warc-block-digest")
    return told is None or about.get("warc-type") == "revisit" or has_warc_digest(block, told)


def _http(about: dict[str, str], block: bytes) -> tuple[int, Headers, bytes] | None:
    """Status, headers and body of an answer; no status and all of the block of what is none; None where it is odd."""
    kind, uri = about.get("warc-type"), about.get("warc-target-uri", "")
    if " " in uri or uri.startswith("<"):
        return None
    if kind in _WITHOUT_HTTP or (kind == "resource" and (_OURS in about or not uri.startswith("http"))):
        return 0, (), block
    if kind not in ("response", "revisit") or not uri.startswith(("http://", "https://")):
        return None
    found = _HTTP.match(block, 0, _MOST)
    if found is None:
        return None
    headers = tuple((name, value.rstrip()) for name, value in _PAIRS.findall(found[2].decode("ascii")))
    return int(found[1]), headers, block[found.end() :]
