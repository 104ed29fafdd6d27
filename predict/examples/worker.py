"""Jobs from a queue, tagged by processes, the answers into another queue: `python predict/examples/worker.py < items.jsonl`."""

import json
import sys
from concurrent.futures import Future, ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from queue import SimpleQueue
from threading import Semaphore

from wiretag import Tagger, Tags

Job = tuple[str, str]  # its id, the text
Answer = tuple[str, Tags | BaseException]  # the job's id, what came of it


def work(jobs: SimpleQueue[Job | None], answers: SimpleQueue[Answer], tagger: Tagger, processes: int = 2) -> None:
    """Tag until None comes. A job that fails is answered with its error; if a process dies, the worker ends with an error."""
    room = Semaphore(2 * processes)  # jobs that are not at work stay in the queue, for other workers

    def answer(job: str, done: Future[Tags]) -> None:
        answers.put((job, done.exception() or done.result()))
        room.release()

    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for job, text in iter(jobs.get, None):
            room.acquire()
            pool.submit(tagger.tag, text).add_done_callback(partial(answer, job))  # sends the path of the model, not all of it


if __name__ == "__main__":
    waiting, ready = SimpleQueue[Job | None](), SimpleQueue[Answer]()
    for item in (*map(json.loads, sys.stdin), None):
        waiting.put(item and (item["id"], item["text"]))
    work(waiting, ready, Tagger.load("models/wiretag.safetensors"))
    for job, found in (ready.get() for _ in range(ready.qsize())):
        print(json.dumps({"id": job, **(found.to_dict() if isinstance(found, Tags) else {"error": str(found)})}))
