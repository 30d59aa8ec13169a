"""Drain3 as PyPI has it, with its own defaults. Reads {"lines": [...], "more": [...]}, writes {"groups": [...], "seconds": s}."""
import json
import logging
import sys
import time

from drain3 import TemplateMiner
from drain3.template_miner_config import TemplateMinerConfig

logging.disable(logging.CRITICAL)
job = json.load(sys.stdin)

miner = TemplateMiner(config=TemplateMinerConfig())
add = miner.add_log_message
groups = [add(line)["cluster_id"] for line in job["lines"]]

more = job["more"]
start = time.process_time()
for line in more:
    add(line)
json.dump({"groups": groups, "seconds": time.process_time() - start}, sys.stdout)
