"""A plain client of a loopback archive, with nothing of the crawler in it."""

import gzip
import http.client
from dataclasses import dataclass
from urllib.parse import urlencode

from crawler.local_archive.embedded import EmbeddedArchive


@dataclass(frozen=True)
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def lines(self) -> list[str]:
        return self.body.decode().splitlines()


class Client:
    """One kept-alive connection."""

    def __init__(self, archive: EmbeddedArchive, timeout: float = 20) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", archive.port, timeout=timeout)

    def get(self, target: str, **headers: str) -> Reply:
        self._connection.request(
            "GET", target, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
        answer = self._connection.getresponse()
        body = answer.read()
        return Reply(answer.status, answer.headers, body)

    def cdx(self, url: str, *more: tuple[str, str], **params: str) -> Reply:
        return self.get("/cdx/search/cdx?" + urlencode([("url", url), *more, *params.items()]))

    def replay(self, timestamp: str, url: str, **headers: str) -> Reply:
        return self.get(f"/web/{timestamp}id_/{url}", **headers)

    def close(self) -> None:
        self._connection.close()


def unzipped(reply: Reply) -> bytes:
    return gzip.decompress(reply.body)
