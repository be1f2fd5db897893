"""The address book: which archives there are, how each is asked, and what each allows.

One archive is one TOML file: those that come with the program lie in `book/`, a user's own are named by their path.
What stands in one is checked whole before anything is asked, and told by file and line where it cannot be used.
"""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from crawler.politeness.limits import is_loopback
from pipelines.exceptions import WrongUse

SHIPPED = Path(__file__).with_name("book")
LARGEST = 1 << 16
"""Bytes of an entry; more is no entry."""

Match = Literal["exact", "prefix", "host", "domain"]
DialectName = Literal["wayback", "pywb", "commoncrawl", "timemap"]
Name = Annotated[str, Meta(pattern=r"\A[a-z0-9][a-z0-9.-]{0,99}\Z")]
Line = Annotated[str, Meta(pattern=r"\A[^\x00-\x1f\x7f]*\Z", max_length=2000)]
Rate = Annotated[float, Meta(ge=0, le=100_000)]

_PLACES = re.compile(r"\{([^{}]*)\}")
_ALLOWED = {"listing": {"address", "url"}, "replay": {"address", "timestamp", "url"}}
_LISTING = {
    "wayback": "{address}/cdx/search/cdx",
    "pywb": "{address}/cdx",
    "commoncrawl": "{address}/collinfo.json",
    "timemap": "{address}/timemap/link/{url}",
}
_REPLAY = {
    "wayback": "{address}/web/{timestamp}id_/{url}",
    "pywb": "{address}/{timestamp}id_/{url}",
    "commoncrawl": "https://data.commoncrawl.org",
    "timemap": "{address}/{timestamp}id_/{url}",
}


class Rates(Struct, frozen=True, forbid_unknown_fields=True):
    """Requests a minute, 0 for no limit (on loopback only); `source` says who told or chose them."""

    listing: Rate = 0.0
    replay: Rate = 0.0
    connections: Annotated[int, Meta(ge=1, le=4)] = 4
    source: Line = ""


class Archive(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One archive. `name` is a part of the key of each of its captures; `address` is where requests go.

    `listing` and `replay` are templates, `{address}`, `{timestamp}` and `{url}` filled in (of Common Crawl: where its
    records lie). `raw` is the form in which unchanged bytes are had. `canary` is an address known to be held: an
    archive that lists nothing of it is not well, whatever its status says. `cut` tells what it may leave out without a
    sign, `verified` after what and when an entry was last checked; empty where nobody did.
    """

    name: Name
    address: Line
    dialect: DialectName
    title: Line = ""
    public: Line = ""  # for links; empty: `address`
    listing: Line = ""
    replay: Line = ""
    raw: Literal["id_", "range", "none"] = "id_"
    matches: tuple[Match, ...] = ("exact", "prefix", "host", "domain")
    contact: bool = False
    canary: Line = ""
    cut: Line = ""
    terms: Line = ""
    verified: Line = ""
    rates: Rates = Rates()

    @property
    def listing_template(self) -> str:
        return _filled(self.listing or _LISTING[self.dialect], self.address)

    @property
    def replay_template(self) -> str:
        return _filled(self.replay or _REPLAY[self.dialect], self.address)

    @property
    def public_replay(self) -> str:
        """The template of links to captures, as others can open them."""
        return _filled(self.replay or _REPLAY[self.dialect], self.public or self.address)

    @property
    def host(self) -> str:
        """Host and port that limits and blocks hold for."""
        return urlsplit(self.address).netloc

    @property
    def called(self) -> str:
        return self.title or self.name


def _filled(template: str, address: str) -> str:
    return template.replace("{address}", address.rstrip("/"))


def shipped() -> list[Archive]:
    """The archives that the program knows of, by name."""
    return [read(path) for path in sorted(SHIPPED.glob("*.toml"))]


def chosen(setting: str) -> list[Archive]:
    """The archives of a setting `ARCHIVES`: names and paths of TOML files, with commas between.

    Raises WrongUse for one that the book does not have, for two of one name, and for a broken entry.
    """
    wanted = [part.strip() for part in setting.split(",") if part.strip()]
    if not wanted:
        raise WrongUse("ARCHIVES is empty: name an archive, e.g. web.archive.org.")
    archives = [find(name) for name in wanted]
    for at, archive in enumerate(archives):
        if archive.name in {other.name for other in archives[:at]}:
            raise WrongUse(f"ARCHIVES={setting!r} has two archives with the name {archive.name}: rename one.")
    return archives


def find(name: str) -> Archive:
    """The archive of that name in the book, or in that file. Raises WrongUse where there is none."""
    if name.endswith(".toml"):
        return read(Path(name))
    known = {path.stem: path for path in SHIPPED.glob("*.toml")}
    if name not in known:
        raise WrongUse(
            f"There is no archive {name!r} in the book; it has {', '.join(sorted(known))}. "
            "One of your own is named by the path of its file, e.g. ./mine.toml."
        )
    return read(known[name])


def read(path: Path) -> Archive:
    """One entry, checked. Raises WrongUse with file, line and what is wrong."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        text = data.decode("utf-8")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is no UTF-8"
        raise WrongUse(f"{path} cannot be read as an entry of the book: {why}.") from error
    if len(data) > LARGEST:
        raise WrongUse(f"{path} is no entry of the book: it has more than {LARGEST} bytes.")
    try:
        archive = msgspec.convert(tomllib.loads(text), Archive)
    except tomllib.TOMLDecodeError as error:
        raise WrongUse(f"{path}: {error}.") from error
    except (msgspec.ValidationError, RecursionError) as error:
        raise _broken(path, text, *_place_of(str(error))) from error
    for key, problem in _problems(archive):
        raise _broken(path, text, key, problem)
    return archive


def _broken(path: Path, text: str, key: str, problem: str) -> WrongUse:
    return WrongUse(f"{path}, line {_line_of(text, key)}: {problem}.")


def _place_of(message: str) -> tuple[str, str]:
    """Key and problem of what msgspec says, e.g. "Expected `float`, got `str` - at `$.rates.listing`"."""
    problem, _, place = message.partition(" - at `$")
    named = re.search(r"field `([^`]*)`", problem)
    key = place.rstrip("`").rpartition(".")[2]
    if named:
        return named[1], problem
    return key, f"{key}: {problem}" if key else problem


def _line_of(text: str, key: str) -> int:
    """The line on which a key is set; the first where none does."""
    wanted = re.compile(rf"\s*(\[\s*)?[\"']?{re.escape(key)}[\"']?\s*[]=]")
    lines = enumerate(text.splitlines(), 1)
    return next((number for number, line in lines if key and wanted.match(line)), 1)


def _problems(archive: Archive) -> Iterable[tuple[str, str]]:
    """What is wrong with an entry beyond the types of its fields, as (key, sentence)."""
    for key in ("address", "public"):
        value = getattr(archive, key)
        if (value or key == "address") and not is_address(value):
            yield key, f"{key}: {value!r} is no address like https://archive.example/collection"
    yield from _template_problems(archive)
    loopback = is_loopback(archive.host)
    if not loopback and not (archive.rates.listing and archive.rates.replay and archive.rates.source):
        yield "rates", "rates: an archive elsewhere needs listing, replay (requests a minute, above 0) and source"
    if archive.raw != "none" and (archive.raw == "range") != (archive.dialect == "commoncrawl"):
        yield "raw", f"raw: {archive.raw} is not how dialect {archive.dialect} gives bytes"


def _template_problems(archive: Archive) -> Iterable[tuple[str, str]]:
    templates = {"listing": archive.listing_template, "replay": archive.replay_template}
    for key, template in templates.items():
        unknown = set(_PLACES.findall(template)) - _ALLOWED[key]
        if unknown:
            yield key, f"{key}: {{{sorted(unknown)[0]}}} stands for nothing; there are {_named(_ALLOWED[key])}"
        if not is_address(template.partition("{")[0]):
            yield key, f"{key}: {template!r} does not begin with an address"
    if archive.dialect != "commoncrawl" and not {"timestamp", "url"} <= set(_PLACES.findall(archive.replay_template)):
        yield "replay", "replay: it needs {timestamp} and {url}"
    if archive.dialect == "timemap" and "url" not in _PLACES.findall(archive.listing_template):
        yield "listing", "listing: the address of a TimeMap needs {url}"


def _named(places: set[str]) -> str:
    return ", ".join(f"{{{place}}}" for place in sorted(places))


def is_address(value: str) -> bool:
    """Whether this is the address of an archive: http or https, a host, nobody's name or password."""
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return False
    plain = parts.username is None and parts.password is None and not parts.query and not parts.fragment
    return parts.scheme in ("http", "https") and bool(parts.hostname) and plain


def origins(archive: Archive) -> set[tuple[str, str, int]]:
    """Scheme, host and port of all servers that an archive is asked at."""
    found = set()
    for template in (archive.address, archive.listing_template, archive.replay_template):
        parts = urlsplit(template.partition("{")[0])
        port = parts.port or (443 if parts.scheme == "https" else 80)
        found.add((parts.scheme, parts.hostname or "", port))
    return found


def as_dict(archive: Archive) -> dict[str, Any]:
    """An entry as plain values, for programs."""
    plain: dict[str, Any] = msgspec.to_builtins(archive)
    return plain
