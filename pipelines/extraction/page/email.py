"""Addresses that a content network hides from robots, with a new key at each request, made readable again.

`data-cfemail` holds a key byte and the address xor that key, in hex, and so does what follows # in the link around it.
Left alone, one text would be another one whenever the network is switched on or off.
"""

import re

from lxml.html import HtmlElement

HIDDEN = "data-cfemail"
PROTECTED = "/cdn-cgi/l/email-protection"
HEX = re.compile(r"[0-9a-fA-F]{6,600}")
ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+")


def reveal(root: HtmlElement) -> None:
    """Replace the words of hidden addresses, in place; their links lead where they led, without the code."""
    for element in root.xpath(f"//*[@{HIDDEN}]"):
        if address := decoded(element.get(HIDDEN, "")):
            for child in list(element):
                element.remove(child)
            element.text = address
    for link in root.xpath(f"//a[contains(@href, '{PROTECTED}')]"):
        link.set("href", link.get("href", "").partition("#")[0])


def decoded(code: str) -> str:
    """The address in a code; empty where it holds none."""
    if not HEX.fullmatch(code) or len(code) % 2:
        return ""
    key, *rest = bytes.fromhex(code)
    address = bytes(byte ^ key for byte in rest).decode("utf-8", "replace").partition("?")[0]
    return address if ADDRESS.fullmatch(address) else ""
