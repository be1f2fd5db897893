"""The language of a text, by py3langid: offline, any of its 97.

Its model is unpacked once a machine: to unpack its 68 MB takes half a second of every reading process.

It lies in the user's folder for what can be made again, under the version of the library. Where it cannot be kept, or
is damaged, the library unpacks its own.
"""

import lzma
import os
import shutil
from array import array
from contextlib import suppress
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile
from zipfile import BadZipFile

import numpy as np
import platformdirs
from py3langid import langid
from py3langid.langid import MODEL_FILE, LanguageIdentifier

_DAMAGED = (OSError, ValueError, KeyError, BadZipFile, EOFError)


def identifier() -> LanguageIdentifier:
    """Tells languages with their probabilities. Raises OSError where the model can be unpacked nowhere."""
    kept = kept_model()
    if not kept.exists():
        with suppress(OSError):
            _unpack(kept)
    try:
        return _read(kept)
    except _DAMAGED:
        with suppress(OSError):
            kept.unlink(missing_ok=True)
        return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def kept_model() -> Path:
    """Where the unpacked model is looked for."""
    name = f"py3langid-{version('py3langid')}.npz"
    return platformdirs.user_cache_path("policy-corpus", appauthor=False) / name


def _unpack(kept: Path) -> None:
    """Whole or not at all, whoever else does the same."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=kept.parent, prefix=kept.name, suffix=".part", delete=False) as part:
        try:
            with lzma.open(langid.MODEL_DIR / MODEL_FILE) as packed:
                shutil.copyfileobj(packed, part, 1 << 20)
            part.flush()
            os.replace(part.name, kept)
        except BaseException:
            os.unlink(part.name)
            raise


def _read(kept: Path) -> LanguageIdentifier:
    """As py3langid reads it. Its file has a checksum for each part, which is looked at on the way."""
    with np.load(kept, allow_pickle=False) as data:
        return LanguageIdentifier(
            data["ptc"],
            data["pc"],
            data["classes"].tolist(),
            _fast(data["nextmove"]),
            data["out_feat"].tolist(),
            norm_probs=True,
            tk_row=_fast(data["nextmove_row"]),
        )


def _fast(numbers: "np.ndarray[tuple[int], np.dtype[np.unsignedinteger]]") -> "array[int]":
    """Standard arrays: one element of numpy's takes three times as long."""
    made = array({2: "H", 4: "I", 8: "L"}[numbers.itemsize])
    made.frombytes(numbers.tobytes())
    return made


ENOUGH_LETTERS = 40
SAMPLE = 600  # characters from the start, and as many from the middle: a model sees no more in ten times as much


def language_of(text: str) -> tuple[str, float]:
    """ISO 639-1 code and its probability with 2 decimals; ("", 0.0) where there is too little text to tell."""
    middle = len(text) // 2
    sample = text[:SAMPLE] + (text[middle : middle + SAMPLE] if middle > SAMPLE else text[SAMPLE : 2 * SAMPLE])
    if sum(map(str.isalpha, sample)) < ENOUGH_LETTERS:
        return "", 0.0
    return _classified(sample)


@lru_cache(256)
def _classified(sample: str) -> tuple[str, float]:
    language, probability = _identifier().classify(sample)
    return str(language), round(float(probability), 2)


@cache
def _identifier() -> LanguageIdentifier:
    return identifier()
