"""What an element's tag, role, class and id say about its part in the page; empty where they say nothing.

The words are those of content management systems and consent tools in wide use, in several languages. They are only
hints: `furniture` looks at what is in the element before it believes them.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
NO_SCRIPTS = re.compile(r"(?:^|[ _-])no-?java-?script(?:$|[ _-])", re.IGNORECASE)
LONGEST_NAME = 300

TAGS = {
    "nav": "nav",
    "menu": "nav?",
    "footer": "footer",
    "aside": "aside",
    "header": "header",
    "form": "form",
    "fieldset": "form?",
    "dialog": "dialog",
}
ROLES = {
    "navigation": "nav",
    "menu": "nav",
    "menubar": "nav",
    "toolbar": "nav",
    "banner": "header",
    "contentinfo": "footer",
    "complementary": "aside",
    "search": "form",
    "dialog": "dialog",
    "alertdialog": "dialog",
    "alert": "dialog",
}
LIKELY = "?"
"""Ends a part that only a class or an id tells."""

# words that mean this wherever they stand in a name
_ANYWHERE = {
    "crumbs": r"bread-?crumbs?|crumbs?|pathway|you-?are-?here|fil-?d-?ariane",
    "consent": (
        r"cookie-?(?:banner|bar|box|consent|law|layer|message|modal|notice|notification|overlay|popup|wall|warning|"
        r"manager|alert|disclaimer|hint|dialog|control)s?|eu-?cookie|cc-window|cc-banner|cky|onetrust|ot-sdk|optanon|"
        r"didomi|cookiebot|cybot\w*|truste|trustarc|usercentrics|quantcast|qc-cmp\w*|cmplz|cookieyes|iubenda-cs|osano|"
        r"termly\w*|evidon|tarteaucitron\w*|borlabs\w*|klaro|consent-?(?:banner|manager|modal|popup)|gdpr|rgpd|dsgvo|"
        r"moove|cli-modal|wt-cli|sp-message"
    ),
    "dialog": (
        r"modal|modals|popup|pop-?up|lightbox|overlay|toast|tooltip|snackbar|off-?canvas|browse-?happy|"
        r"(?:legacy|old|outdated|unsupported)-?browser|browser-?(?:upgrade|update|warning)|no-?js|no-?script|"
        r"(?:tech-?)?error-?messages?"
    ),
    "share": (
        r"share-?(?:bar|box|buttons?|icons?|links?|this|tools?|widget)|sharing-?(?:buttons?|links?)|sharedaddy|"
        r"addthis|addtoany|a2a|social-?(?:bar|buttons?|icons?|links?|media|menu|nav|networks?|share)|socials|"
        r"follow-?us|print-?(?:link|button|icon)|printfriendly"
    ),
    "nav": (
        r"nav|navi|navbar|navigation|main-?nav|sub-?nav\w*|menu|menus|menubar|burger-?menu|top-?nav\w*|left-?nav|"
        r"side-?nav|pagination|pager|skip-?(?:link|links|nav|to-content|to-main)|"
        r"lang(?:uage)?-?(?:bar|chooser|list|menu|picker|select\w*|switch\w*)|wpml-ls|"
        r"(?:country|locale|region)-?(?:picker|select\w*|switch\w*)|quick-?links|back-?to-?top|toolbar"
    ),
    "footer": r"footer\w*|colophon|pied-?de-?page|fuss(?:zeile)?",
    "aside": (
        r"sidebar\w*|side-?bar|left-?rail|right-?rail|widget-?area|related-?(?:posts?|articles?|links?|content)|"
        r"latest-?(?:news|posts?|articles?)|recent-?(?:posts?|comments?)|popular-?posts?|tag-?cloud|blogroll|adsense|"
        r"adverts?|advertisement|google-?ads?|disqus\w*|comment-?(?:list|form|area|respond)|author-?(?:box|bio)|"
        r"entry-?(?:meta|utility|footer)|post-?meta|was-?this-?helpful|app-?(?:banner|store)s?|smart-?banner"
    ),
    "form": (
        r"search-?(?:bar|box|form|field)|log-?in-?(?:box|form)?|sign-?(?:in|up)(?:-?form)?|registration|newsletter\w*|"
        r"subscribe|subscription-?form|mini-?cart|contact-?form|reg-?form\w*|error-?form"
    ),
}  # fmt: skip
# words that mean this only where they are the whole name
_WHOLE = {
    "consent": r"consent|cmp|ccpa|cookies?-?(?:settings|preferences)",
    "dialog": r"alert|flyout|loading|spinner|fixed|sticky|(?:fixed|sticky)-(?:top|bottom)",
    "share": r"share|sharing|social|bookmarks?",
    "nav": r"lang|langs|languages?|site-?map|tabs|top-?bar|top-?links?|links|dropdown",
    "footer": r"foot|bottom|copyright\w*|bottom-?(?:bar|nav|menu|links)|legal-?(?:footer|links)",
    "header": r"header|(?:site|page|top|main)-?header|masthead|banner|kopf(?:zeile)?|entete|logo|branding|my-?header|"
    r"header-?(?:wrapper|container|inner|top|main)",
    "aside": r"rail|widget|related|recommend(?:ed|ations?)|promos?|teasers?|ads?|sponsor(?:s|ed)?|comments?|respond|"
    r"rating|ratings|feedback|right-?(?:bar|col|column)|side-?col(?:umn)?|secondary-?col(?:umn)?",
    "form": r"search|register|cart|basket|wishlist",
}
NAMES = re.compile(
    "|".join(f"(?P<{part}>(?:^|[ _-])(?:{words})(?:$|[ _-]))" for part, words in _ANYWHERE.items())
    + "|"
    + "|".join(f"(?P<{part}_>(?:^| )(?:{words})(?:$| ))" for part, words in _WHOLE.items())
)
NAMELESS = frozenset(
    {"html", "body", "head", "title", "base", "br", "hr", "b", "strong", "i", "em", "u", "font", "img", "tr", "tbody"}
    | {"thead", "p", "h1", "h2", "h3", "h4", "h5", "h6", "a", "span", "label", "sup", "sub", "small", "abbr", "time"}
    | {"code", "article", "main"}
)
FIXED = re.compile(r"position\s*:\s*(?:fixed|sticky)", re.IGNORECASE)
ACCORDION = ("aria-expanded", "aria-controls", "data-toggle", "data-bs-toggle")


def part_of(tag: str, attributes: Mapping[str, str]) -> str:
    """nav, header, footer, aside, form, dialog, consent, share or crumbs; with a question mark where only a name
    says so. A button that opens something is a `title`."""
    if tag == "button":
        return "title" if any(name in attributes for name in ACCORDION) else ""
    role = (ROLES.get(attributes["role"]) if "role" in attributes else None) or TAGS.get(tag)
    if role or tag in NAMELESS:
        return role or ""
    names = f"{attributes.get('class', '')} {attributes.get('id', '')}"
    named = _named(names[:LONGEST_NAME]) if names != " " else ""
    if named or "style" not in attributes:
        return named
    return "dialog" + LIKELY if FIXED.search(attributes["style"]) else ""


@lru_cache(maxsize=4096)
def _named(names: str) -> str:
    if NO_SCRIPTS.search(names):
        return "form"
    found = NAMES.search(HUMP.sub("-", names).lower().replace("_", "-"))
    return f"{str(found.lastgroup).rstrip('_')}{LIKELY}" if found else ""
