"""Datasette over a corpus, on loopback and read-only, in both of its lines (0.65 and 1.0)."""

import asyncio
import inspect
import socket
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from pipelines.exceptions import WrongUse
from pipelines.export.datasette import configuration, metadata
from pipelines.export.site.names import SiteSettings
from pipelines.store.database import DATABASE, open_for_reading

HOST = "127.0.0.1"
_SETTINGS = {
    "truncate_cells_html": 160,
    "sql_time_limit_ms": 5000,
    "allow_download": False,
    "default_page_size": 50,
    "suggest_facets": False,  # it would count all texts
}


def serve(corpus: Path, port: int, settings: SiteSettings, announce: Callable[[str], None]) -> None:
    """Serve until interrupted; `announce` is told the address once it answers. 0 takes any free port.

    Raises WrongUse where Datasette is not installed, there is no corpus, or the port is taken.
    """
    try:
        import datasette  # noqa: F401
        import uvicorn
    except ImportError as error:
        raise WrongUse(
            "browse needs Datasette, which is not installed: python -m pip install 'policy-corpus[browse]'"
        ) from error
    open_for_reading(corpus).close()
    with closing(_listening(port)) as listening:
        app = _application(corpus, settings)
        announce(f"http://{HOST}:{listening.getsockname()[1]}/")
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on"))
        asyncio.run(server.serve(sockets=[listening]))


def _listening(port: int) -> socket.socket:
    listening = socket.socket()
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
        listening.listen(64)
    except (OSError, OverflowError) as error:
        listening.close()
        raise WrongUse(f"Port {port} cannot be used: {error}. Give --port another one, or 0 for any.") from error
    return listening


def _application(corpus: Path, settings: SiteSettings) -> Any:
    from datasette.app import Datasette
    from datasette.plugins import pm

    from pipelines.export.browse.plugin import CorpusPages

    given: dict[str, Any] = {"metadata": metadata(), "settings": _SETTINGS}
    if "config" in inspect.signature(Datasette.__init__).parameters:  # since 1.0
        given["config"] = configuration()
    pm.register(CorpusPages(corpus, settings), name="policy-corpus")
    return Datasette([str(corpus / DATABASE)], **given).app()
