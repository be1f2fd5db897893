import re
from pathlib import Path

from crawler.local_archive.embedded import EmbeddedArchive
from crawler.reporting.prometheus import exposition
from tests.conftest import FAST, Ended, Run

PACE = {
    "cdx": {"requests": 3, "ok": 2, "limited": 1, "waited": 1.5},
    "replay": {"requests": 0, "ok": 0, "limited": 0, "waited": 0.0},
    "openings": {"cdx limited": 1},
}
LINE = re.compile(r'[a-z_]+(\{[a-z]+="[a-z ]+"(,[a-z]+="[a-z ]+")*\})? [0-9.]+')


def test_counts_by_kind_outcome_and_cause() -> None:
    lines = exposition(PACE, True, 1_700_000_000.4).splitlines()
    assert 'policy_corpus_requests_total{kind="cdx"} 3' in lines
    assert 'policy_corpus_answers_total{kind="cdx",outcome="limited"} 1' in lines
    assert 'policy_corpus_waited_seconds_total{kind="cdx"} 1.5' in lines
    assert 'policy_corpus_openings_total{cause="cdx limited"} 1' in lines
    assert "policy_corpus_paused 1" in lines
    assert "policy_corpus_written_timestamp_seconds 1700000000" in lines


def test_every_line_is_a_sample_or_a_comment_and_each_name_has_its_type_before_it() -> None:
    typed = set()
    for line in exposition(PACE, False, 0).splitlines():
        if line.startswith("# TYPE "):
            typed.add(line.split()[2])
        elif not line.startswith("#"):
            assert LINE.fullmatch(line), line
            assert re.split("[{ ]", line)[0] in typed


def test_nothing_to_tell_yet() -> None:
    assert "policy_corpus_paused 0" in exposition({}, False, 0).splitlines()


def crawl(scrapy: Run, archive: EmbeddedArchive, file: Path) -> Ended:
    options = ("-a", "targets=http://inkwell-post.example/privacy")
    return scrapy("crawl", "policies", *options, WAYBACK_URL=archive.url, PROMETHEUS_FILE=file, **FAST)


def test_a_crawl_leaves_its_counts(scrapy: Run, archive: EmbeddedArchive, tmp_path: Path) -> None:
    ended = crawl(scrapy, archive, tmp_path / "crawl.prom")
    assert ended.code == 0, ended
    found = (tmp_path / "crawl.prom").read_text()
    assert re.search(r'policy_corpus_requests_total\{kind="replay"\} [1-9]\d+\n', found)
    assert [path.name for path in tmp_path.glob(".*.part")] == []


def test_a_file_that_cannot_be_written_is_only_told(scrapy: Run, archive: EmbeddedArchive, tmp_path: Path) -> None:
    ended = crawl(scrapy, archive, tmp_path / "absent" / "crawl.prom")
    assert ended.code == 0, ended
    assert "cannot be written: No such file or directory" in ended.err
