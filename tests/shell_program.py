"""Our program for scripts of shells: it is forked from a process that has loaded it, where the product loads itself."""

import os
import sys
from pathlib import Path

from tests.launching import LARGEST, UNLIMITED, forked_from

_PROGRAM = """#!{python} -ISE
import json, os, socket, sys
told, tell = os.pipe()
script = "import sys; from crawler.cli.main import main; sys.argv[0] = 'policy-corpus'; main()"
order = dict(command=["-c", script, *sys.argv[1:]], environ=dict(os.environ), folder=os.getcwd(), without=[])
order["largest_file"] = {unlimited}
with socket.socket(fileno=int(os.environ["LAUNCHING"])) as orders:
    socket.send_fds(orders, [json.dumps(order).encode()], [1, 2, tell])
    orders.recv({largest})
os.close(tell)
code = int(os.read(told, 16))
sys.exit(code if code >= 0 else 128 - code)
"""


def program(folder: Path) -> tuple[dict[str, str], int]:
    """Make a `policy-corpus` in the folder for scripts of shells, which need not load it anew for each command. Gives
    what their environment has to have, and the descriptor that they have to inherit."""
    path = folder / "policy-corpus"
    path.write_text(_PROGRAM.format(python=sys.executable, unlimited=UNLIMITED, largest=LARGEST))
    path.chmod(0o755)
    number = forked_from(os.getpid())[0].fileno()
    return {"LAUNCHING": f"{number}"}, number
