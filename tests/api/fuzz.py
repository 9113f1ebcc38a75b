"""Serves a demo school, signs somebody in for each kind of role, and lets schemathesis loose on the API as each of them.

What lives here: the school, the tokens, what is worth asking for. What may not live here: what the API answers; that is
the description's. Called by fuzz.sh: fuzz.py BINARY SCHEMATHESIS.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

# Seconds per visitor: in sum below three minutes.
TIME = {"guest": 12, "dir": 55, "tch": 30, "adm": 35, "last": 12}
# With FUZZ_REPORT=FOLDER, every request and answer is kept there.
# These end sessions: they are tried last, by somebody who has no more to do.
ENDING = ["sign-out", "sign-out-everywhere", "password", "end-account-sessions", "open-account"]
# A stream has no end to wait for; its answers before the first event are those of the live page.
ENDLESS = "events"
# The school of the demo answers in a debug build too.
PATIENCE = 300


def post(url, path, body, token=None):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(url + path, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def get(url, path, token):
    request = urllib.request.Request(url + path, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def serve(binary, folder):
    """Starts the demo; gives the process, its address and a one-time link per role."""
    demo = subprocess.Popen(
        [binary, "demo", "--dir", f"{folder}/school", "--listen", "127.0.0.1:0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "NO_COLOR": "1"},
    )
    links, told, ends = {}, [], time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        line = demo.stdout.readline()
        if not line:
            break
        told.append(line)
        found = re.search(r"^\s*(\w+)\s.*?(http://[\d.:]+)/link/(\w+)", line)
        if found:
            links[found[1]] = (found[2], found[3])
        if found and found[1] == "adm":
            return demo, links
        # The administrator may stand first in the table: all links come in one piece.
        if links and not found and "adm" in links:
            return demo, links
    demo.kill()
    sys.exit("the demo school did not open:\n" + "".join(told[-30:]))


def words(url, token):
    """Ids that exist: cycles, steps, events, workflows, artifacts."""
    cycles = get(url, "/api/v1/cycles", token)
    found = {"id": [], "step": set(), "event": set(), "name": set()}
    for cycle in cycles[:12]:
        path = cycle["cycle"].replace("/", "~")
        found["id"].append(path)
        whole = get(url, f"/api/v1/cycles/{path}", token)
        found["step"].update(step["step"] for step in whole["steps"])
        found["event"].update(event["event"] for event in whole["events"])
        found["name"].update(row["name"] for row in get(url, f"/api/v1/cycles/{path}/artifacts", token))
    found["workflow"] = [row["workflow"] for row in get(url, "/api/v1/workflows", token)]
    return {name: sorted(values) for name, values in found.items() if values}


def settings(folder, known, token, who):
    """The configuration of one run."""
    lines = ["[checks]"]
    # Whether a document fits says the workflow, not only its schema: 422 is an honest answer to both kinds.
    lines += [
        'positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 404, 409, 413, 422, 429]',
        'negative_data_rejection.expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 429]',
        "[parameters]",
    ]
    for name in known:
        lines.append(f'"path.{name}" = {{ dictionary = "{name}", probability = 0.85 }}')
    for name, values in known.items():
        lines += [f"[dictionaries.{name}]", f"values = {json.dumps(values)}"]
    if token:
        lines += ["[auth.openapi.token]", f'bearer = "{token}"']
    place = Path(folder) / f"{who}.toml"
    place.write_text("\n".join(lines) + "\n")
    return place


def run(schemathesis, url, config, who, only=None, without=()):
    """One run; says whether nothing was found."""
    command = [schemathesis, "--config-file", str(config), "run", f"{url}/api/v1/openapi.json", "--url", url]
    command += ["--checks", "all", "--max-time", str(TIME[who]), "--workers", "1", "--seed", "1", "--no-shrink"]
    command += ["--max-failures", "20", "--continue-on-failure", "--request-timeout", "20", "--warnings", "off"]
    for name in without:
        command += ["--exclude-operation-id", name]
    for name in only or ():
        command += ["--include-operation-id", name]
    if os.environ.get("FUZZ_REPORT"):
        command += ["--report-ndjson-path", f"{os.environ['FUZZ_REPORT']}/{who}.ndjson"]
    print(f"== as {who}, {TIME[who]} s", flush=True)
    return subprocess.run(command, cwd=config.parent).returncode == 0


def main():
    binary, schemathesis = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        demo, links = serve(binary, folder)
        try:
            url = links["adm"][0]
            tokens = {role: post(url, "/api/v1/sessions/link", {"token": links[role][1]})["token"] for role in links}
            known = words(url, tokens["dir"])
            accounts = [row["account"] for row in get(url, "/api/v1/accounts", tokens["adm"])]
            # One account to close and open, which nobody here uses.
            spare = [account for account in accounts if account]
            known["account"] = spare[-1:]
            fine = run(schemathesis, url, settings(folder, known, None, "guest"), "guest", without=[ENDLESS, *ENDING])
            for who in ["tch", "dir", "adm"]:
                config = settings(folder, known, tokens[who], who)
                fine &= run(schemathesis, url, config, who, without=[ENDLESS, *ENDING])
            config = settings(folder, known, tokens["adm"], "last")
            fine &= run(schemathesis, url, config, "last", only=ENDING)
            if demo.poll() is not None:
                sys.exit("the server ended while it was asked")
        finally:
            demo.terminate()
            demo.wait(20)
    sys.exit(0 if fine else 1)


main()
