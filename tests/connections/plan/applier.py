"""Applies and resumes plans in processes of their own, which a test then kills: one JSON job a line on stdin.

Forked from a process that has imported everything, so that a hundred of them take seconds, not minutes.
"""

from __future__ import annotations

import json
import os
import sys

import pandas as pd

import chatbot_nb as cb
from chatbot_nb.connections.plan import making
from chatbot_nb.connections.plan.plan import plan
from chatbot_nb.connections.plan.resume import resume


def work(job):
    making._ARRIVED = job["arrived"]
    with cb.Client(job["access_token"], job["base_url"]) as client:
        if job["do"] == "apply":
            wanted = pd.read_json(job["wanted"], orient="records", dtype=False)
            plan(client, wanted, delete=True).apply(journal=job["journal"], progress=False)
        elif job["do"] == "undo":
            resume(job["journal"], client, progress=False).undo(progress=False)
        else:
            resume(job["journal"], client, progress=False)


def main():
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            work(json.loads(line))
            os._exit(0)
        print(pid, flush=True)
        os.waitpid(pid, 0)
        print("gone", flush=True)


main()
