"""Pages that are empty until something else has run say so; a text that stands in `noscript` is read."""

import pytest

from pipelines.exceptions import ReadingFailed
from pipelines.items import Verdict
from tests.pipelines.extraction.pages import POLICY, reading

APP = '<div id="root"></div><script src="/app.js"></script>'


def test_a_page_that_scripts_fill_says_so() -> None:
    with pytest.raises(ReadingFailed) as failure:
        reading(f"<title>Privacy policy</title>{APP}")
    assert failure.value.detail == "script shell"
    found = reading(f"<title>Privacy policy</title><p>Chargement en cours</p>{APP}")
    assert (found.verdict, "script shell" in found.reasons) == (Verdict.NOT_A_POLICY, True)


def test_a_page_that_sends_on_says_so() -> None:
    with pytest.raises(ReadingFailed) as failure:
        reading('<meta http-equiv="Refresh" content="0; url=/check?r=1"><body></body>')
    assert failure.value.detail == "sends on to another page"


def test_a_policy_that_stands_in_noscript_is_read() -> None:
    whole = "".join(POLICY.replace("customers", f"customers of shop {number}") for number in range(8))
    found = reading(f"<title>Privacy policy</title>{APP}<noscript><h2>What we keep</h2>{whole}</noscript>")
    assert (found.verdict, found.body.count("personal information")) == (Verdict.POLICY, 8)


def test_what_stands_in_noscript_beside_a_text_is_none() -> None:
    whole = "".join(POLICY.replace("customers", f"customers of shop {number}") for number in range(8))
    found = reading(f"{whole}<noscript>{POLICY.replace('customers', 'nobody') * 9}</noscript>")
    assert "nobody" not in found.body


def test_a_short_page_with_a_script_is_none() -> None:
    found = reading(f"<title>Privacy policy</title>{POLICY}{POLICY.replace('customers', 'guests')}<script>1</script>")
    assert (found.verdict, found.reasons) == (Verdict.POLICY, ())
