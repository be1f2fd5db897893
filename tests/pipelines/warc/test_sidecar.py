from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.formats.records import CaptureNote, ListingNotes, MementoNotes
from pipelines.items.captures import Capture, WarcLocation
from pipelines.warc import sidecar as warc_notes
from tests.pipelines.store.samples import a_listing, a_memento, as_kept, redirecting


def test_the_notes_of_a_memento_bring_it_back() -> None:
    memento = redirecting(a_memento(), "http://shop.example/new")
    payload = WarcLocation("run.warc.gz", 3, 4)
    notes = warc_notes.read(warc_notes.of_memento(memento, "0" * 64, payload))
    assert isinstance(notes, MementoNotes)
    assert warc_notes.memento_of(notes, memento.answer.body) == as_kept(memento)
    assert warc_notes.payload_of(notes) == payload
    assert notes.payload_digest == "0" * 64


def test_a_capture_is_told_field_by_field_in_their_order() -> None:
    assert CaptureNote.__struct_fields__ == tuple(field.name for field in fields(Capture))


def test_the_notes_of_a_listing_bring_its_query_back() -> None:
    page = a_listing()
    notes = warc_notes.read(warc_notes.of_listing(page))
    assert isinstance(notes, ListingNotes)
    assert warc_notes.query_of(notes) == page.query
    assert (notes.outcome, notes.resume_key) == ("rows", "key+1")


@given(st.binary(max_size=60))
def test_other_blocks_are_no_notes(block: bytes) -> None:
    assert warc_notes.read(block) is None
    assert not warc_notes.are_notes(block)


@pytest.mark.parametrize("block", [b"[]", b'{"kind": "other"}', b'{"kind": []}', b"[" * 100_000, b"1" * 5000])
def test_json_of_other_shapes_is_no_notes(block: bytes) -> None:
    assert warc_notes.read(block) is None
    assert not warc_notes.are_notes(block)


@pytest.mark.parametrize("block", [b'{"kind": "memento"}', b'{"status": "1", "kind": "listing"}'])
def test_notes_that_do_not_fit_are_told_from_others(block: bytes) -> None:
    assert warc_notes.are_notes(block)
    with pytest.raises(ValueError, match=r"Object missing|Expected"):
        warc_notes.read(block)


def test_archived_headers_are_those_of_the_page() -> None:
    assert warc_notes.archived_headers(a_memento(b"12345")) == (
        ("server", "Apache/1.3"),
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Length", "5"),
    )


def test_a_header_cannot_become_two() -> None:
    memento = a_memento(b"")
    hostile = (("x-archive-orig-a", "b\r\nSet-Cookie: c\0"), ("x-archive-orig-d\r\ne", "f"), ("x-archive-orig-", "g"))
    headers = warc_notes.archived_headers(replace(memento, answer=replace(memento.answer, headers=hostile)))
    assert headers == (("a", "b Set-Cookie: c"), ("Content-Length", "0"))


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("HTTP://Shop.example/A b", "http://Shop.example/A%20b"),
        ("http://shop.example/\r\nX: y", "http://shop.example/%0D%0AX:%20y"),
        ("http://shop.example/é\ud800", "http://shop.example/é?"),
        ("file:list.txt", "file:list.txt"),
    ],
)
def test_an_address_fits_into_a_header(url: str, written: str) -> None:
    assert warc_notes.uri(url) == written


@pytest.mark.parametrize(("status", "line"), [(200, "200 OK"), (404, "404 Not Found"), (452, "452 Unknown")])
def test_a_status_has_its_phrase(status: int, line: str) -> None:
    assert warc_notes.status_line(status) == line
