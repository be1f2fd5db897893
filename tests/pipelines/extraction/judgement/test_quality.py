import pytest

from pipelines.extraction.judgement.kinds import Shown, folded, kind_by_words, legal_words, named_kind
from pipelines.extraction.judgement.quality import Evidence, count_words, judged
from pipelines.items.readings import Verdict
from tests.pipelines.extraction.pages import POLICY, reading

LEGAL = (
    "we collect personal information about our customers and use it as this privacy policy says. "
    "we do not disclose it to third parties without your consent. "
)
CHATTER = "our shop sells garden chairs, tables and lamps that make every summer evening brighter. " * 5


SHOP = "a garden chair, price 20, in stock, free delivery. add to cart. customer reviews of this chair. " * 2


def verdict(text: str, title: str = "", headings: str = "", **more: object) -> tuple[Verdict, tuple[str, ...]]:
    judgement = judged(Evidence(title, headings, text, **more))  # type: ignore[arg-type]
    return judgement.verdict, judgement.reasons


def test_a_policy_is_a_policy() -> None:
    assert verdict(LEGAL * 12) == (Verdict.POLICY, ())
    assert verdict(LEGAL * 2) == (Verdict.POLICY, ())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("sorry, the page you requested could not be found. " + CHATTER, "not found"),
        ("diese seite wurde leider nicht gefunden. " + CHATTER, "not found"),
        ("internal server error. " + CHATTER, "server error"),
        ("please verify you are a human to continue. " + CHATTER, "blocked"),
        ("this content is not available in your country. " + CHATTER, "closed to this country"),
        ("log in to your account with your e-mail address. " + CHATTER, "login"),
        ("we value your privacy. accept all cookies or reject all. " + CHATTER[:120], "consent wall"),
        ("this domain is for sale. " + CHATTER, "parked domain"),
        ("word " * 5, "near-empty text"),
        (SHOP * 8, "product page"),
    ],
)
def test_what_is_no_policy(text: str, reason: str) -> None:
    found, reasons = verdict(text)
    assert found == Verdict.NOT_A_POLICY
    assert reason in reasons


def test_a_soft_404_with_links_to_the_policies_is_none() -> None:
    text = "404 page not found. privacy policy, terms of service, cookie policy, third parties"
    assert verdict(text) == (Verdict.NOT_A_POLICY, ("not found",))


def test_a_script_shell_says_so_to_browsers_without_scripts() -> None:
    assert verdict("loading", scripts="you need to enable javascript to run this app") == (
        Verdict.NOT_A_POLICY,
        ("script shell", "near-empty text"),
    )


def test_a_directory_listing() -> None:
    assert verdict("name size date " * 50, title="index of /legal") == (Verdict.NOT_A_POLICY, ("directory listing",))


def test_a_home_page_is_mostly_links() -> None:
    assert verdict(CHATTER * 3, links=0.7) == (Verdict.NOT_A_POLICY, ("home page or list of links",))


def test_what_is_called_a_policy_but_does_not_sound_like_one_is_doubtful() -> None:
    assert verdict(CHATTER * 8, title="community guidelines") == (Verdict.DOUBTFUL, ("few words of a policy",))


def test_a_language_without_word_lists_is_doubtful_at_most() -> None:
    assert verdict(CHATTER * 8, language="am")[0] == Verdict.DOUBTFUL


def test_a_long_policy_may_speak_of_errors_and_logins() -> None:
    assert verdict(LEGAL * 12 + "if a page was not found, log in to your account. captcha.") == (Verdict.POLICY, ())


def test_the_lack_of_words_alone_is_no_evidence() -> None:
    assert verdict(CHATTER * 8, language="en") == (Verdict.DOUBTFUL, ("few words of a policy",))


def test_a_very_short_policy_is_doubtful() -> None:
    assert verdict("we collect no personal information, set no cookies, and disclose nothing")[0] == Verdict.DOUBTFUL


@pytest.mark.parametrize(
    ("title", "headings", "kind"),
    [
        ("privacy policy | acme", "", "privacy policy"),
        ("acme", "datenschutzerklärung", "privacy policy"),
        ("terms of use and privacy", "", "terms of service"),
        ("cookie policy", "", "cookie policy"),
        ("conditions générales de vente", "", "terms of service"),
        ("impressum", "", "imprint"),
        ("acme", "products", ""),
    ],
)
def test_kinds_by_name(title: str, headings: str, kind: str) -> None:
    assert named_kind(folded(title), folded(headings)) == kind


def test_kinds_by_words() -> None:
    assert kind_by_words("personal data, personal information and privacy") == "privacy policy"
    assert kind_by_words("our garden chairs") == ""


def test_a_reading_carries_its_judgement() -> None:
    found = reading(f"<title>Datenschutz</title>{POLICY * 6}")
    assert (found.verdict, found.reasons, found.looks_like) == (Verdict.POLICY, (), "privacy policy")


def test_words_are_counted_where_no_spaces_part_them() -> None:
    assert count_words("two words") == 2
    assert count_words("個人情報保護方針") == 5
    assert legal_words(folded("プライバシー"), "ja") == Shown(1, 0, 1)
