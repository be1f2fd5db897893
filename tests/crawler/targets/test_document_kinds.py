import pytest

from crawler.targets.document_kinds import PRIVACY_POLICY, known_kinds, normal_kind
from pipelines.exceptions import WrongUse


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("privacy policy", "privacy policy"),
        ("  Privacy   POLICY ", "privacy policy"),
        ("privacy_policy", "privacy policy"),
        ("privacy-policy", "privacy policy"),
        ("Privacy Notice", "privacy policy"),
        ("ToS", "terms of service"),
        ("terms & conditions", "terms of service"),
        ("cookies", "cookie policy"),
        ("Impressum", "imprint"),
        ("Children’s Privacy Policy", "children's privacy policy"),
        ("opt-out notice", "privacy choices"),
    ],
)
def test_a_kind_is_known_by_its_names(name: str, kind: str) -> None:
    assert normal_kind(name) == kind


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("privcy policy", "did you mean privacy policy"),
        ("terms of servce", "did you mean terms of service"),
        ("recipe", "known are privacy policy, terms of service, cookie policy"),
        ("", "known are"),
        ("x" * 10_000, "known are"),
    ],
)
def test_an_unknown_kind_is_refused_with_those_that_are_near(name: str, advice: str) -> None:
    with pytest.raises(WrongUse, match=advice):
        normal_kind(name)


def test_every_kind_is_its_own_name_and_fit_for_a_file_name() -> None:
    assert known_kinds()[0] == PRIVACY_POLICY
    for kind in known_kinds():
        assert normal_kind(kind) == kind
        assert set(kind) <= set("abcdefghijklmnopqrstuvwxyz' ")


def test_no_name_stands_for_two_kinds() -> None:
    from crawler.targets.document_kinds import _names, _table

    names = [name for kind, synonyms in _table().items() for name in (kind, *synonyms)]
    assert sorted(names) == sorted(_names())
