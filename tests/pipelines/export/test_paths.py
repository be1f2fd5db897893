from pathlib import PurePosixPath

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crawler.targets.document_kinds import known_kinds
from pipelines.export.paths import document_folder, is_version_name, version_names
from pipelines.items.captures import DocumentKey

SAFE = set("abcdefghijklmnopqrstuvwxyz0123456789._-")


@pytest.mark.parametrize(
    ("document", "folder"),
    [
        (DocumentKey("example.com", "privacy policy"), "example.com/privacy-policy"),
        (DocumentKey("example.com", "privacy policy", "legal-fr"), "example.com/privacy-policy-legal-fr"),
        (DocumentKey("shop.example.co.uk", "terms of service"), "shop.example.co.uk/terms-of-service"),
        (DocumentKey("192.0.2.1", "imprint"), "192.0.2.1/imprint"),
    ],
)
def test_plain_names_stay_as_they_are(document: DocumentKey, folder: str) -> None:
    assert document_folder(document) == PurePosixPath(folder)


@pytest.mark.parametrize(
    "site", ["..", ".", "", "../../etc", "/etc", "a/b", "a\\b", "-rf", ".hidden", "a\0b", "x" * 300, "é.example", "A.b"]
)
def test_other_names_are_made_harmless(site: str) -> None:
    folder = document_folder(DocumentKey(site, "privacy policy"))
    assert len(folder.parts) == 2
    assert set(folder.parts[0]) <= SAFE
    assert folder.parts[0][0] not in ".-"
    assert len(folder.parts[0]) <= 120


_names = st.one_of(
    st.text(max_size=150),
    st.text(alphabet="ab.-/\\ AÄ\0", max_size=6),
    st.sampled_from(["..", ".", "", "con", "a.example", "A.example", "xn--a.example"]),
)
_documents = st.builds(DocumentKey, _names, st.sampled_from(known_kinds()), _names)


@settings(max_examples=300)
@given(_documents)
def test_no_name_leads_out_of_the_export(document: DocumentKey) -> None:
    folder = document_folder(document)
    assert len(folder.parts) == 2
    for part in folder.parts:
        assert set(part) <= SAFE
        assert part[0] not in ".-"
        assert part.strip(".")
        assert len(part.encode()) <= 255


SAME = [DocumentKey(site, "imprint") for site in ("a.example", "A.example", "a.example.", "-a.example", "a.example-")]


@settings(max_examples=300)
@example(SAME)
@given(st.lists(_documents, max_size=8, unique=True))
def test_two_documents_never_share_a_folder(documents: list[DocumentKey]) -> None:
    folders = {str(document_folder(document)).casefold() for document in documents}  # some disks fold case
    assert len(folders) == len(documents)


def test_no_kind_begins_with_another_one() -> None:
    """Else a variant of the one could be taken for the other: `privacy-policy-x`."""
    kinds = known_kinds()
    assert [one for one in kinds for other in kinds if one != other and one.startswith(f"{other} ")] == []


@pytest.mark.parametrize(
    ("timestamps", "names"),
    [
        (["20040101123000"], ["2004-01-01.txt"]),
        (["20040101123000", "20040102123000"], ["2004-01-01.txt", "2004-01-02.txt"]),
        (["20040101123000", "20040101130000"], ["2004-01-01T123000.txt", "2004-01-01T130000.txt"]),
        (["20040101123000", "20040101123000"], ["2004-01-01T123000.txt", "2004-01-01T123000-2.txt"]),
        (["20000008241731"], ["2000-00-08.txt"]),
        ([], []),
    ],
)
def test_files_are_named_by_date(timestamps: list[str], names: list[str]) -> None:
    assert version_names(timestamps) == names


_timestamps = st.lists(st.from_regex(r"20(04|05)(01|00)0[12]1[12]0000", fullmatch=True), max_size=12)


@given(_timestamps)
def test_names_differ_and_are_known_again(timestamps: list[str]) -> None:
    names = version_names(timestamps)
    assert len(set(names)) == len(timestamps)
    assert all(map(is_version_name, names))


@pytest.mark.parametrize("name", ["notes.txt", "2004-01-01.txt.bak", ".2004-01-01.txt.part", "2004-1-1.txt"])
def test_files_of_others_are_not_ours(name: str) -> None:
    assert not is_version_name(name)
