"""The sites that a corpus has forgotten, as every part sees them that might ask for them again."""

import json

from sqlite_utils import Database


def is_forgotten(db: Database, urlkey: str) -> bool:
    """Whether an address, by its urlkey, lies on a forgotten site or a host below it."""
    labels = urlkey.partition(")")[0].partition(":")[0].split(",")
    names = [".".join(reversed(labels[:count])) for count in range(1, len(labels) + 1)]
    found = db.execute(
        "SELECT EXISTS (SELECT 1 FROM forgotten WHERE site IN (SELECT value FROM json_each(?)))", [json.dumps(names)]
    )
    return bool(found.fetchone()[0])
