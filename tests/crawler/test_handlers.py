import subprocess
import sys

from tests.conftest import ROOT

# in a process of its own: a reactor, once there, stays
SCRIPT = """
from scrapy.utils.reactor import install_reactor
install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
from scrapy.utils.test import get_crawler
from crawler.handlers import OneTryHandler
pool = OneTryHandler(get_crawler(settings_dict={"CONCURRENT_REQUESTS_PER_DOMAIN": 5}))._pool
print(pool.retryAutomatically, pool.maxPersistentPerHost, pool.persistent)
"""


def test_no_request_is_sent_again_behind_our_back() -> None:
    command = [sys.executable, "-c", SCRIPT]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.stdout, ended.stderr) == ("False 5 True\n", "")
