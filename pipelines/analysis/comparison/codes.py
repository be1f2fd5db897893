"""Bodies -> codes, a letter for each token: bodies with the same words have the same code.

Most bodies are compared by their codes alone, so these are made without cutting a body into its tokens: words repeat.
"""

import re
import sys
from collections.abc import Iterable
from itertools import chain

from msgspec import Struct

from pipelines.analysis.comparison.tokens import LINK_MARK, Tokens, keys_of, tokens_of

Code = str | tuple[str, ...]
"""The tokens of a body: a letter for each of them, or their keys themselves."""

Sentences = list[tuple[Code, int]]
"""The codes of sentences, each with the place in the body where it ends."""

LONGEST_WORD = 40  # characters of a word that is kept from one comparison to the next
MOST_WORDS = 50_000
MOST_CHARACTERS = 1_000_000  # of bodies that are kept
SENTENCE_ENDS = ".!?。！？;:"
_ENDS = frozenset(SENTENCE_ENDS)
_MASK = "\0"  # of the marks of a link
_IS_HARD = re.compile(r"[\\<\0\u037e]|\n>")
_BETWEEN_SENTENCES = re.compile(rf"(?<=[{SENTENCE_ENDS}])(?=\s++(?!\*\*|~~|_|{_MASK}))")


class Coded(Struct, frozen=True, gc=False):
    """A body in both ways: a letter of `code` for each of its tokens."""

    tokens: Tokens
    code: Code


class _Letters(dict[str, str]):
    """A letter for each token, as they come."""

    def __missing__(self, token: str) -> str:
        self[token] = letter = chr(len(self))
        return letter


class Words(dict[str, Code]):
    """The codes of what stands between two blanks. They are kept from one comparison to the next: words repeat."""

    def __init__(self, *, has_letters: bool = True) -> None:
        self.letters = _Letters()
        self._has_letters = has_letters

    def __missing__(self, word: str) -> Code:
        is_plain = word.isascii() and word.isalnum()
        code = self.code([word] if is_plain else keys_of(tokens_of(word).raw))
        if len(word) <= LONGEST_WORD:
            self[word] = code
        return code

    def code(self, keys: Iterable[str]) -> Code:
        return "".join(map(self.letters.__getitem__, keys)) if self._has_letters else tuple(keys)

    def join(self, codes: Iterable[Code]) -> Code:
        return "".join(codes) if self._has_letters else tuple(chain.from_iterable(codes))  # type: ignore[arg-type]

    def has_room(self, characters: int) -> bool:
        """Whether there are letters for all tokens of texts of so many characters, and not too many words yet."""
        return len(self) < MOST_WORDS and len(self.letters) + characters <= sys.maxunicode


class Codes:
    """The codes and tokens of bodies, each made once."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.characters = 0  # of all bodies so far
        self._known: dict[str, tuple[Code, Sentences]] = {}
        self._tokens: dict[str, Tokens] = {}
        self._sentences: dict[str, Code] = {}

    def __call__(self, body: str) -> Code:
        """The code of a body."""
        return self._of(body)[0]

    def sentences(self, body: str) -> Sentences:
        """The sentences of a body, each with the place in the body where it ends."""
        return self._of(body)[1]

    def tokens(self, body: str) -> Tokens:
        """The tokens of a body."""
        tokens = self._tokens.get(body)
        if tokens is None:
            tokens = self._tokens[body] = tokens_of(body)
        return tokens

    def _of(self, body: str) -> tuple[Code, Sentences]:
        known = self._known.get(body)
        if known is None:
            self.characters += len(body)
            known = self._known[body] = self.of_tokens(body) if _IS_HARD.search(body) else self._of_words(body)
        return known

    def _of_words(self, body: str) -> tuple[Code, Sentences]:
        """What is between blanks is looked up; sentences are too, for most stand in both texts."""
        masked = LINK_MARK.sub(_masked, body) if "](" in body else body
        codes: list[Code] = []
        found: Sentences = []
        place = 0
        for sentence in _BETWEEN_SENTENCES.split(masked):
            place += len(sentence)
            code = self._sentences.get(sentence)
            if code is None:
                words = sentence.replace(_MASK, " ").split(" ")
                code = self._sentences[sentence] = self.words.join(map(self.words.__getitem__, words))
            if code:
                codes.append(code)
                found.append((code, place))
        return codes[0] if len(codes) == 1 else self.words.join(codes), found

    def of_tokens(self, body: str) -> tuple[Code, Sentences]:
        """The code of a body and its sentences, by its tokens."""
        tokens = self.tokens(body)
        keys = keys_of(tokens.raw)
        code = self.words.code(keys)
        ends = [at for at, key in enumerate(keys, 1) if key in _ENDS and tokens.glue[at].isspace()]
        found: Sentences = []
        place = start = 0
        for end in ends:
            place += len(tokens.text(start, end))
            found.append((code[start:end], place))
            start = end
        return code, found if start == len(code) else [*found, (code[start:], len(body))]


def _masked(mark: re.Match[str]) -> str:
    return _MASK * len(mark[0])


class Recent:
    """Codes that are kept from one comparison to the next, within bounds: words repeat, and so does what was changed in
    one version and is changed back, or again, in the next."""

    def __init__(self) -> None:
        self._codes = Codes(Words())

    def codes(self, characters: int) -> Codes:
        """For two texts of so many characters."""
        if characters > sys.maxunicode:  # as many tokens there may be
            return Codes(Words(has_letters=False))
        codes = self._codes
        if not codes.words.has_room(characters):
            self._codes = Codes(Words())
        elif codes.characters > MOST_CHARACTERS:
            self._codes = Codes(codes.words)
        return self._codes
