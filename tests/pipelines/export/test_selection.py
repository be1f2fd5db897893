from pathlib import Path
from typing import Any

import pytest

from pipelines.exceptions import WrongUse
from pipelines.export.base import FORMATS, exporter
from pipelines.export.selection import selection_of
from pipelines.export.tables import iso, moment, public_settings
from tests.pipelines.export.views import seen


def years(folder: Path, **options: Any) -> list[str]:
    with seen(folder, **options) as corpus:
        return sorted(f"{version.site} {version.first_timestamp[:4]}" for version in corpus.versions())


def test_versions_are_selected(hostile: Path) -> None:
    assert years(hostile, site=["DEV.to"], until="2007") == ["dev.to 2005", "dev.to 2007"]
    assert years(hostile, kind=["privacy policy"], since="2013-01-01") == ["test.de 2020"]
    assert years(hostile, site=["test.de", "dev.to"], since="2007-01", until="2008-01-01") == [
        "dev.to 2007",
        "test.de 2008",
    ]
    assert years(hostile, language=["de"]) == []
    assert len(years(hostile, language=["EN"], verdict=["policy"])) == 11
    assert years(hostile, verdict=["doubtful"]) == []


def test_the_version_of_a_day_is_the_latest_known_then(hostile: Path) -> None:
    assert years(hostile, as_of="2007-06-30") == ["dev.to 2007", "test.de 2006"]
    assert years(hostile, as_of="2030") == ["dev.to 2013", "test.de 2020"]
    assert years(hostile, as_of="2004") == ["test.de 2004"]


def test_captures_are_those_of_sites_kinds_and_the_span(hostile: Path) -> None:
    with seen(hostile, site=["test.de"], since="2006", until="2008") as corpus:
        [table] = [one for one in corpus.tables if one.name == "captures"]
        rows = [dict(zip(table.names, table.values(row), strict=True)) for row in corpus.rows(table)]
    assert [row["timestamp"][:4] for row in rows] == ["2006", "2008"]
    assert rows[0]["verdict_reasons"] == ["it says so", 'and "so"']


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"since": "last year"}, "--since 'last year' is no day"),
        ({"as_of": "2018-5-25"}, "--as-of '2018-5-25' is no day"),
        ({"as_of": "2018", "since": "2017"}, "one or the other"),
        ({"since": "2019", "until": "2018"}, "lies after"),
        ({"verdict": ["perhaps"]}, "'perhaps' is none"),
    ],
)
def test_what_cannot_be_selected_is_told(options: dict[str, Any], why: str) -> None:
    with pytest.raises(WrongUse, match=why):
        selection_of(options)


def test_an_unknown_format_and_a_missing_extra_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WrongUse, match="no format 'parket': did you mean parquet"):
        exporter("parket")
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(WrongUse, match=r"pip install 'policy-corpus\[tables\]'"):
        exporter("parquet")
    assert {name for name, one in FORMATS.items() if one.needs} == {"parquet", "dataset"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("20041231235959", "2004-12-31T23:59:59Z"),
        ("2004-12-31T23:59:59Z", "2004-12-31T23:59:59Z"),
        ("20040231000000", None),
        ("", None),
        ("2004", None),
        (None, None),
    ],
)
def test_moments(given: object, said: str | None) -> None:
    assert iso(given) == said
    assert (moment(given) is None) == (said is None)


def test_settings_that_tell_of_a_machine_or_a_person_are_left_out() -> None:
    given = '{"SELECT": "all", "CORPUS_DIR": "/home/me", "CONTACT": "me@example.org", "STATE_DIR": "x"}'
    assert public_settings(given) == '{"SELECT": "all"}'
