"""What the findings share: packages in a temporary folder, and the comparison with what was seen."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory


@contextmanager
def installed(*requirements: str) -> Iterator[str]:
    """Put the packages first on the path of this process, from a folder that is gone afterwards."""
    with TemporaryDirectory(prefix="finding-") as folder:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", folder, *requirements]
        subprocess.run(pip, check=True)
        sys.path.insert(0, folder)
        yield folder


def compare(seen: object, noted: object) -> None:
    """Print what was seen. Ends with 1 where it is not what was noted here."""
    print(seen)
    if seen != noted:
        sys.exit(f"Changed. Noted was:\n{noted}")
    print("As noted.")
