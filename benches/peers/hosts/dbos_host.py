"""DBOS in one process: clients and executor, as its quick start has it. Argument: address of its system database."""

import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from dbos import DBOS, SetWorkflowID

RESULT = "x" * 200


@DBOS.step()
def first() -> str:
    return RESULT


@DBOS.step()
def second() -> str:
    return RESULT


@DBOS.step()
def third() -> str:
    return RESULT


@DBOS.workflow()
def work() -> str:
    first()
    second()
    third()
    DBOS.sleep(0.001)
    DBOS.set_event("waits", True)
    DBOS.recv("word", timeout_seconds=3600)
    return "done"


@DBOS.workflow()
def plain_work() -> str:
    first()
    second()
    third()
    DBOS.sleep(0.001)
    DBOS.recv("word", timeout_seconds=3600)
    return "done"


def begin(what, name: str):
    with SetWorkflowID(name):
        return DBOS.start_workflow(what)


def whole(name: str) -> None:
    handle = begin(plain_work, name)
    DBOS.send(name, "go", "word")
    handle.get_result()


def park(name: str) -> None:
    begin(work, name)
    DBOS.get_event(name, "waits", timeout_seconds=600)


def free(name: str) -> None:
    DBOS.send(name, "go", "word")
    DBOS.retrieve_workflow(name).get_result(polling_interval_sec=0.005)


def load(order: dict) -> dict:
    waits: list[float] = []
    lock = threading.Lock()
    start = time.perf_counter()
    end = start + order["seconds"]

    def client(number: int) -> None:
        own = []
        turn = 0
        while time.perf_counter() < end:
            began = time.perf_counter()
            whole(f"{order['name']}-{number}-{turn}")
            own.append((time.perf_counter() - began) * 1000)
            turn += 1
        with lock:
            waits.extend(own)

    with ThreadPoolExecutor(order["clients"]) as pool:
        list(pool.map(client, range(order["clients"])))
    return {"workflows": len(waits), "seconds": time.perf_counter() - start, "waits": waits}


def each(what, ids: list[str]) -> None:
    with ThreadPoolExecutor(len(ids)) as pool:
        list(pool.map(what, ids))


def main() -> None:
    DBOS(config={"name": "peers", "system_database_url": sys.argv[1], "run_admin_server": False, "log_level": "ERROR", "max_executor_threads": 128})
    DBOS.launch()
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        if order["do"] == "load":
            answer = load(order)
        else:
            each({"park": park, "free": free}[order["do"]], order["ids"])
            answer = {"done": len(order["ids"])}
        print(json.dumps(answer), flush=True)
    DBOS.destroy()


main()
