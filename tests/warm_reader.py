"""Imported by the process of which readers are forked: the reader, and all that it loads with its first page."""

import gc
import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # a process that has threads is not to be forked

from pipelines.executors.reading_process import WARM_UP
from pipelines.extraction.extractors import extractor
from pipelines.items.readings import Page

extractor("corpus").read(Page(WARM_UP, "http://localhost/", "20000101000000"))
gc.collect()
gc.freeze()
