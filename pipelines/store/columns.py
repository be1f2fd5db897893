"""The columns of a capture, in the order of the fields of `Capture`."""

CAPTURE_COLUMNS = (
    "capture.urlkey, capture.timestamp, capture.original, mimetype, capture.statuscode, capture.digest, "
    "capture.length, capture.archive, record_at"
)
