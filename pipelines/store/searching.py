"""The two indexes over the texts: by words, and by any letters for languages that write no space between words.

Both index what a person reads: no addresses of links, no marks that are not seen. They read that from views of plain
SQL, so that any client can search, and are kept in step by triggers, whoever writes to `text`.
"""

import re

from sqlite_utils import Database

UNSEEN = (0xAD, 0x200B, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, 0x180E)  # a soft hyphen and characters of no width
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff"

INDEXES = ("text_search", "letter_search")

_SEEN = "text.body"
for _code in UNSEEN:
    _SEEN = f"replace({_SEEN}, char({_code}), '')"

# each address that is taken out copies the text
_EFFORT = "(length(text.body) - length(replace(text.body, '](', ''))) * length(text.body)"
MOST_EFFORT = 400_000_000  # about 2,000 links in 100,000 characters; what has more keeps its addresses

# `](address)` goes up to its bracket, address after address; a text that shows those signs has a backslash before them
_STEPS = f"""
WITH RECURSIVE
seen (rest) AS (SELECT {_SEEN}),
step (done, rest) AS (
    SELECT '', rest FROM seen
    UNION ALL
    SELECT done || substr(rest, 1, instr(rest, '](')),
        CASE WHEN substr(rest, max(instr(rest, '](') - 1, 1), 1) = '\\' THEN substr(rest, instr(rest, '](') + 1)
            WHEN instr(substr(rest, instr(rest, '](')), ')') = 0 THEN ''
            ELSE substr(rest, instr(rest, '](') + instr(substr(rest, instr(rest, '](')), ')')) END
    FROM step WHERE instr(rest, '](') > 0
)
SELECT done || rest FROM step WHERE instr(rest, '](') = 0"""  # noqa: S608

_TAKE_OUT = """
    INSERT INTO text_search (text_search, rowid, body) SELECT 'delete', id, body FROM searched WHERE id = old.id;
    INSERT INTO letter_search (letter_search, rowid, body) SELECT 'delete', id, body FROM letters WHERE id = old.id;
END"""
_PUT_IN = """
    INSERT INTO text_search (rowid, body) SELECT id, body FROM searched WHERE id = new.id;
    INSERT INTO letter_search (rowid, body) SELECT id, body FROM letters WHERE id = new.id;
END"""
# GLOB looks at each letter in its turn, which takes longer than all the rest: most texts are sorted out by the bytes
# that such letters begin with in UTF-8
_FIRST_BYTES = sorted(
    {
        byte
        for first, last in zip(UNSPACED[::3], UNSPACED[2::3], strict=True)
        for byte in range(first.encode()[0], last.encode()[0] + 1)
    }
)
_MAY_BE_UNSPACED = " OR ".join(f"instr(CAST(text.body AS BLOB), x'{byte:02X}')" for byte in _FIRST_BYTES)
# the blank is behind the last two letters, so that they begin a term of three
_LETTERS = f"""CREATE VIEW letters AS SELECT searched.id, searched.body || ' ' AS body FROM text JOIN searched
ON searched.id = text.id WHERE CASE WHEN length(CAST(text.body AS BLOB)) = length(text.body) THEN 0
    WHEN {_MAY_BE_UNSPACED} THEN text.body GLOB '*[{UNSPACED}]*' ELSE 0 END"""  # noqa: S608
_LAYOUT = (
    "DROP TRIGGER IF EXISTS text_added",
    "DROP TRIGGER IF EXISTS text_removed",
    "DROP TRIGGER IF EXISTS text_changed",
    "DROP TABLE IF EXISTS text_search",
    f"CREATE VIEW searched AS SELECT id, CASE WHEN {_EFFORT} < {MOST_EFFORT} THEN ({_STEPS}) ELSE {_SEEN} END AS body "  # noqa: S608
    "FROM text",
    _LETTERS,
    "CREATE VIRTUAL TABLE text_search USING fts5 ("
    "body, content='searched', content_rowid='id', tokenize='unicode61 remove_diacritics 2')",
    "CREATE VIRTUAL TABLE letter_search USING fts5 (body, content='letters', content_rowid='id', tokenize='trigram')",
    "CREATE VIRTUAL TABLE letter_terms USING fts5vocab (letter_search, instance)",
    f"CREATE TRIGGER text_added AFTER INSERT ON text BEGIN{_PUT_IN}",
    f"CREATE TRIGGER text_removed BEFORE DELETE ON text BEGIN{_TAKE_OUT}",
    f"CREATE TRIGGER text_to_change BEFORE UPDATE OF body ON text BEGIN{_TAKE_OUT}",
    f"CREATE TRIGGER text_changed AFTER UPDATE OF body ON text BEGIN{_PUT_IN}",
)


def lay_out(db: Database) -> None:
    """Make the indexes and fill them."""
    for statement in _LAYOUT:
        db.execute(statement)
    rebuild(db)


def look_for_letters_by_bytes(db: Database) -> None:
    """The same views as before, quicker."""
    db.execute("DROP VIEW letters")
    db.execute(_LETTERS)


def rebuild(db: Database) -> None:
    """Make both indexes anew: nothing of what was deleted stays in them."""
    for index in INDEXES:
        db.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")  # noqa: S608
        db.execute(f"INSERT INTO {index} ({index}) VALUES ('optimize')")  # noqa: S608


# -- many texts at once

_INVISIBLE = tuple(map(chr, UNSEEN))
_UNSPACED_LETTER = re.compile(f"[{UNSPACED}]")
_AT_ONCE = 200


def pause(db: Database) -> None:
    """Put no text that comes in into the indexes, for who puts in many, then calls `put_in_some` and `resume`."""
    db.execute("DROP TRIGGER IF EXISTS text_added")


def put_in_some(db: Database) -> bool:
    """Put in some of what came meanwhile, as the views would, which take ten times as long over addresses. Whether
    there was any; to be called in a transaction."""
    (last,) = db.execute("SELECT coalesce(max(id), 0) FROM text_search_docsize").fetchone()
    rows = db.execute(f"SELECT id, body FROM text WHERE id > ? ORDER BY id LIMIT {_AT_ONCE}", [last]).fetchall()  # noqa: S608
    for text_id, body in rows:
        _put_in(db, text_id, body)
    return bool(rows)


def resume(db: Database) -> None:
    """Put in each text that comes from now on."""
    db.execute(f"CREATE TRIGGER IF NOT EXISTS text_added AFTER INSERT ON text BEGIN{_PUT_IN}")


def _put_in(db: Database, text_id: int, body: str) -> None:
    if "\0" in body:  # there the functions of SQL end, and those of Python do not
        for index, view in (("text_search", "searched"), ("letter_search", "letters")):
            db.execute(f"INSERT INTO {index} (rowid, body) SELECT id, body FROM {view} WHERE id = ?", [text_id])  # noqa: S608
        return
    shown = seen(body)
    db.execute("INSERT INTO text_search (rowid, body) VALUES (?, ?)", [text_id, shown])
    if _UNSPACED_LETTER.search(body):
        db.execute("INSERT INTO letter_search (rowid, body) VALUES (?, ?)", [text_id, f"{shown} "])


def seen(body: str) -> str:
    """What the view `searched` makes of a text without NUL."""
    shown = body
    for sign in _INVISIBLE:  # few texts have any, and each is looked for faster than a table
        shown = shown.replace(sign, "")
    return _without_addresses(shown) if 2 * body.count("](") * len(body) < MOST_EFFORT else shown


def _without_addresses(text: str) -> str:
    pieces, at = [], 0
    while (found := text.find("](", at)) >= 0:
        pieces.append(text[at : found + 1])
        if found > at and text[found - 1] == "\\":
            at = found + 1
        elif not (at := text.find(")", found) + 1):
            return "".join(pieces)
    return "".join([*pieces, text[at:]])


def sweep(db: Database) -> None:
    """Leave nothing of deleted rows in the file: not in free pages, not in the word index, not in the log.

    Raises sqlite3.Error.
    """
    with db.atomic():
        rebuild(db)
    db.execute("VACUUM")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
