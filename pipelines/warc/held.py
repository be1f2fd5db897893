"""What WARC files hold, in the words that readers of them use."""

from dataclasses import dataclass

from pipelines.items.captures import Capture, HttpAnswer, Query, Snapshot, WarcLocation
from pipelines.warc.members import Damage


@dataclass(frozen=True, slots=True)
class HeldMemento:
    """One of our mementos. A revisit has an empty body here: `payload` is where its bytes lie."""

    snapshot: Snapshot
    digest: str  # of the payload, as the record has it: sha1:...
    payload: WarcLocation | None = None


@dataclass(frozen=True, slots=True)
class HeldListing:
    """A CDX answer and the query it answers. Its rows are for the CDX parser to find again."""

    location: WarcLocation
    query: Query
    answer: HttpAnswer
    outcome: str
    resume_key: str
    dialect: str = "wayback"


@dataclass(frozen=True, slots=True)
class HeldTargets:
    """A target list as it was given to a run."""

    location: WarcLocation
    uri: str
    text: str
    date: str


@dataclass(frozen=True, slots=True)
class HeldJournal:
    """Rows of the ledger as they stood when this was written, one JSON object a line: see journal.py."""

    location: WarcLocation
    text: str


@dataclass(frozen=True, slots=True)
class Foreign:
    """A response of another program's file. Its capture has no urlkey. `names` are those of its record and of the
    records beside it, `digest` what it is called by where that is no SHA-1."""

    snapshot: Snapshot
    names: tuple[str, ...] = ()
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that sent something, by the names of its record and of those beside it: what answers it is no page."""

    location: WarcLocation
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ForeignRevisit:
    """A revisit of another program's file: the capture, without a body, and the record it says is the same."""

    location: WarcLocation
    capture: Capture
    answer: HttpAnswer
    refers_to_uri: str  # both empty where the digest alone names it
    refers_to_timestamp: str
    names: tuple[str, ...] = ()
    refers_to: tuple[str, ...] = ()  # by name: a record, a digest that is no SHA-1
    is_unchanged: bool = False  # the server said so of the address


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a stranger's file says in the form of ours: it is counted, and rules nothing."""

    location: WarcLocation
    what: str


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A record that is no page, for a reason that its head tells."""

    location: WarcLocation
    why: str


Held = (
    HeldMemento
    | HeldListing
    | HeldTargets
    | HeldJournal
    | Foreign
    | ForeignRevisit
    | Sent
    | LeftOut
    | PassedOver
    | Damage
)
