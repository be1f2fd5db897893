"""The views a reader of corpus.sqlite looks at. docs/data-format.md describes their columns.

Their numbers agree: each capture is one row of `captures`, each version one of `versions`, each line of a list one of
`targets`, and `summary.py` counts these.
"""

HOME = "'home page'"

_AT = "capture.urlkey = address.urlkey AND capture.timestamp BETWEEN first_timestamp AND last_timestamp"
_OF_DOCUMENT = f"FROM address CROSS JOIN capture ON {_AT} WHERE address.document_id = document.id"

# -- captures

_READ = """LEFT JOIN extraction ON extraction.capture_id = coalesce(capture.same_as, capture.id)
    AND extraction.reader = (SELECT reader FROM reader ORDER BY id DESC LIMIT 1)"""
_CAPTURE = f"""archive, capture.urlkey, timestamp, original, mimetype, statuscode, digest, state, reason, stage,
    transient, attempts, next_try, verdict, reasons AS verdict_reasons, looks_like, words, language, text_digest,
    stated_date, (SELECT count(DISTINCT document_id) FROM address WHERE {_AT}) AS documents"""  # noqa: S608
# an address may be listed over years of which only some are a document's: within a line of addresses each moment is of
# one, or texts that stood side by side would be taken for changes
OF_NONE = f"NOT EXISTS (SELECT 1 FROM address WHERE {_AT})"  # noqa: S608
_WHY_NONE = """iif(EXISTS (SELECT 1 FROM address WHERE address.urlkey = capture.urlkey),
    'its document lay at another address then', 'its address is no document''s')"""
_CAPTURE_OF_NONE = _CAPTURE.replace(
    " reason,", f" iif(reason IN ('not planned yet', ''), {_WHY_NONE}, reason) AS reason,"
)

# of the documents that hold a capture the first names it, a home page last: twice it would be counted twice
_CAPTURES = f"""
CREATE VIEW captures AS
SELECT document.site, document.kind, document.variant, {_CAPTURE}
FROM document CROSS JOIN address AS own ON own.document_id = document.id
CROSS JOIN capture ON capture.urlkey = own.urlkey
    AND capture.timestamp BETWEEN own.first_timestamp AND own.last_timestamp
{_READ}
WHERE NOT EXISTS (
    SELECT 1 FROM address JOIN document AS other ON other.id = address.document_id WHERE {_AT}
    AND (other.kind = {HOME}, other.site, other.kind, other.variant, address.first_timestamp)
        < (document.kind = {HOME}, document.site, document.kind, document.variant, own.first_timestamp))
UNION ALL
SELECT '', '', '', {_CAPTURE_OF_NONE} FROM capture {_READ}
WHERE {OF_NONE}
"""  # noqa: S608
_DOCUMENT_CAPTURES = """
CREATE VIEW document_captures AS
SELECT site, kind, variant, archive, timestamp, original, digest, statuscode
FROM document JOIN document_capture ON document_capture.document_id = document.id
JOIN capture ON capture.id = document_capture.capture_id
"""

# -- documents

# what left the list is opened with all others, and not asked: then its last answer holds
_STANDS = """CASE WHEN query.state <> 'open' OR document.active OR query.answered_at = '' THEN query.state
    WHEN query.reason = 'blocked' THEN 'blocked' ELSE 'done' END"""
_WORST = f"CASE {_STANDS} WHEN 'open' THEN 1 WHEN 'failed' THEN 2 WHEN 'blocked' THEN 3 ELSE 4 END"
# of the listing of a document that tells most: found by its rank in front, for ORDER BY cannot look at the document
_LISTING = f"""substr((SELECT min({_WORST} || {{}}) FROM query WHERE query.match = 'exact' AND query.urlkey IN (
        SELECT address.urlkey FROM address WHERE address.document_id = document.id)
    OR document.discover AND query.match = 'domain' AND query.urlkey = '*.' || document.site
    AND query.url = document.site), 2)"""  # noqa: S608
_LISTED = _LISTING.format(_STANDS)
_LISTING_REASON = _LISTING.format("query.reason")
_NEVER_LISTED = _LISTING.format("(query.answered_at = '')") + " = '1'"
_CAPTURES_OF = f"(SELECT count(DISTINCT capture.id) {_OF_DOCUMENT})"
_VERSIONS_OF = "(SELECT count(*) FROM version WHERE version.document_id = document.id)"
_HAS_CAPTURE = f"EXISTS (SELECT 1 {_OF_DOCUMENT})"
# a run that was cut short may have listed what it did not come to plan
_HAS_PENDING = f"""EXISTS (SELECT 1 {_OF_DOCUMENT}
    AND (capture.next_try IS NOT NULL OR document.active AND capture.reason = 'not planned yet'))"""
_TELLING = """CASE capture.state WHEN 'read' THEN 1 WHEN 'failed' THEN 2 WHEN 'unplayable' THEN 3 WHEN 'blocked' THEN 4
    WHEN 'redirect' THEN 5 WHEN 'duplicate' THEN 6 WHEN 'passed over' THEN 7 ELSE 8 END"""
_TELLING_STATE = f"(SELECT capture.state {_OF_DOCUMENT} ORDER BY {_TELLING} LIMIT 1)"
_TELLING_REASON = f"""(SELECT capture.reason {_OF_DOCUMENT}
    GROUP BY capture.state, capture.reason ORDER BY {_TELLING}, count(*) DESC, capture.reason LIMIT 1)"""

_OUTCOME = f"""CASE
    WHEN EXISTS (SELECT 1 FROM version WHERE version.document_id = document.id) THEN 'read'
    WHEN {_HAS_PENDING} THEN 'open'
    WHEN {_HAS_CAPTURE} THEN CASE
        WHEN document.active AND {_LISTED} = 'open' THEN 'open'
        ELSE CASE {_TELLING_STATE} WHEN 'read' THEN 'other' WHEN 'failed' THEN 'failed' WHEN 'unplayable' THEN 'failed'
            WHEN 'blocked' THEN 'blocked' WHEN 'redirect' THEN 'moved' ELSE 'unread' END END
    ELSE CASE {_LISTED} WHEN 'open' THEN iif(document.active, 'open', 'unlisted') WHEN 'failed' THEN 'failed'
        WHEN 'blocked' THEN 'blocked' WHEN 'done' THEN 'empty' WHEN 'covered' THEN 'empty' WHEN 'split' THEN 'empty'
        ELSE iif(document.active, 'open', 'unlisted') END END"""  # noqa: S608
# several archives: those that did not answer, or not all, so that what is shown may lack captures of theirs
_NOT_HEARD = """(SELECT 'not heard: ' || group_concat(archive, ', ') FROM (
        SELECT DISTINCT query.archive FROM query WHERE document.active AND query.state IN ('open', 'failed')
        AND query.match = 'exact' AND query.urlkey IN (
            SELECT address.urlkey FROM address WHERE address.document_id = document.id) ORDER BY 1))"""
_REASON = f"""CASE outcome
    WHEN 'read' THEN iif(open, 'changes are still looked for', '')
    WHEN 'open' THEN iif({_HAS_PENDING}, 'captures are still to be fetched or read',
        iif({_NEVER_LISTED}, 'not listed yet', coalesce(nullif({_LISTING_REASON}, ''), 'to be listed again')))
    WHEN 'unlisted' THEN 'left the list before it was listed'
    WHEN 'empty' THEN iif(discover AND NOT EXISTS (SELECT 1 FROM address WHERE document_id = document.id),
        'no such document was found on the site', 'nothing is archived')
    WHEN 'other' THEN 'what was read is another text'
    ELSE coalesce({_TELLING_REASON}, {_LISTING_REASON}, '') END"""  # noqa: S608

_DOCUMENTS = f"""
CREATE VIEW document_standing AS
SELECT id, site, kind, variant, url, discover, found, active, open, {_OUTCOME} AS outcome
FROM document WHERE same_as IS NULL AND kind <> {HOME};
CREATE VIEW documents AS
SELECT site, kind, variant, url AS address, outcome, {_REASON} AS reason,
    {_CAPTURES_OF} AS captures, {_VERSIONS_OF} AS versions, active, open
FROM document_standing AS document
"""  # noqa: S608

# -- targets

# whether an earlier line of a list shows a document is looked up by the document, not by going through all of them
TARGET_LINE = f"""CREATE VIEW target_line AS
SELECT list_digest, list, line, address, shown, problem, (
    SELECT min(first.number) FROM target AS first WHERE +first.list_digest = target.list_digest
    AND first.number < target.number AND first.document_id IN (
        SELECT target.shown UNION ALL SELECT id FROM document WHERE same_as = target.shown)) AS first_number
FROM target_document AS target
UNION ALL
SELECT '', '', row_number() OVER (ORDER BY site, kind, variant), url, id, '', NULL
FROM document WHERE NOT found AND kind <> {HOME} AND same_as IS NULL
    AND NOT EXISTS (SELECT 1 FROM target WHERE target.document_id IN (
        SELECT document.id UNION ALL SELECT joined.id FROM document AS joined WHERE joined.same_as = document.id))"""  # noqa: S608
# a line of a document that an earlier one of its list shows only refers to it: its counts stand there
_TARGETS = f"""
CREATE VIEW target_document AS
SELECT target.*, coalesce(document.same_as, document.id) AS shown
FROM target LEFT JOIN document ON document.id = target.document_id;
{TARGET_LINE};
CREATE VIEW targets AS
SELECT target.list, target.line, target.address, coalesce(site, '') AS site, coalesce(kind, '') AS kind,
    coalesce(variant, '') AS variant,
    CASE WHEN problem = 'forgotten' THEN 'forgotten' WHEN problem <> '' THEN 'unusable'
        WHEN document.id IS NULL THEN 'unlisted' WHEN first_number IS NOT NULL THEN 'same' ELSE outcome END AS outcome,
    CASE WHEN problem = 'forgotten' THEN 'its site is to be forgotten' WHEN problem <> '' THEN problem
        WHEN document.id IS NULL THEN 'its document is not known'
        WHEN first_number IS NOT NULL THEN (SELECT 'one document with line ' || first.line || ' of ' || first.list
            FROM target AS first WHERE first.list_digest = target.list_digest AND first.number = first_number)
        ELSE {_REASON} END AS reason,
    iif(first_number IS NULL AND document.id IS NOT NULL, {_CAPTURES_OF}, 0) AS captures,
    iif(first_number IS NULL AND document.id IS NOT NULL, {_VERSIONS_OF}, 0) AS versions,
    coalesce((SELECT run.id FROM run WHERE run.targets_digest = list_digest AND list_digest <> ''
        ORDER BY run.started_at DESC, run.id DESC LIMIT 1), '') AS last_run,
    list_digest
FROM target_line AS target LEFT JOIN document_standing AS document ON document.id = target.shown
"""  # noqa: S608

VIEWS = ";\n".join(part.strip() for part in ("DROP VIEW captures", _CAPTURES, _DOCUMENT_CAPTURES, _DOCUMENTS, _TARGETS))

_TRUNCATED = """coalesce((SELECT nullif(bytes.truncated, '') FROM snapshot AS bytes
        WHERE bytes.capture_id = coalesce(capture.same_as, capture.id)),
    iif(instr(record_at, '~'), substr(record_at, instr(record_at, '~') + 1), '')) AS truncated"""
TRUNCATED_VIEWS = "DROP VIEW captures;\n" + _CAPTURES.strip().replace("AS documents", f"AS documents, {_TRUNCATED}")
"""The captures with why each was cut, as its record, or else its listing, says."""

_REASON_BY_ARCHIVE = f"""iif(outcome = 'read' AND {_NOT_HEARD} IS NOT NULL, {_NOT_HEARD}, {_REASON})"""
ARCHIVE_VIEWS = "DROP VIEW documents;\nDROP VIEW targets;\n" + ";\n".join(
    statement.replace(_REASON, _REASON_BY_ARCHIVE)
    for statement in f"{_DOCUMENTS.strip()};\n{_TARGETS.strip()}".split(";\n")
    if statement.strip().startswith(("CREATE VIEW documents", "CREATE VIEW targets"))
)
"""The same views, which also tell which archive was not heard of what is shown."""

# what was asked of an archive that no run asks any more stays as it was: nobody waits for it
_STILL_ASKED = """AND NOT EXISTS (SELECT 1 FROM (SELECT json_extract(settings, '$.ASKED') AS names FROM run
            WHERE command = 'crawl' ORDER BY started_at DESC, id DESC LIMIT 1) AS latest
            WHERE names IS NOT NULL AND query.archive NOT IN (SELECT value FROM json_each(names))) ORDER BY 1"""
ASKED_VIEWS = ARCHIVE_VIEWS.replace("ORDER BY 1", _STILL_ASKED)
"""The same of the archives that the latest crawl asked."""
