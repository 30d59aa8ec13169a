"""Drain3 as PyPI has it, with its own defaults. Reads {"lines": [...], "repeat": n}, writes {"groups": [...], "seconds": s}."""
import json
import logging
import sys
import time

from drain3 import TemplateMiner
from drain3.template_miner_config import TemplateMinerConfig

logging.disable(logging.CRITICAL)
job = json.load(sys.stdin)
lines = job["lines"]

miner = TemplateMiner(config=TemplateMinerConfig())
groups = [miner.add_log_message(line)["cluster_id"] for line in lines]

add = miner.add_log_message
start = time.perf_counter()
for _ in range(job["repeat"]):
    for line in lines:
        add(line)
json.dump({"groups": groups, "seconds": time.perf_counter() - start}, sys.stdout)
