import pytest

from crawler.jobs.settling import _tell_of_proxies


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_that_is_not_used_is_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    monkeypatch.setenv(name, "http://proxy.example:3128")
    _tell_of_proxies("http://127.0.0.1:8080")
    assert caplog.messages == []
    _tell_of_proxies("https://web.archive.org")
    assert caplog.messages == [f"{name.upper()} is set, and not used: requests go straight."]
