"""A batch in one or several processes: results in the order of the inputs, one bad file never stops the others."""

from __future__ import annotations

import os
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import parent_process
from threading import Thread
from traceback import format_exception
from typing import TYPE_CHECKING

from assayline.batch.work import Done, Settings, convert_item, failure
from assayline.errors import WorkerDied

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from multiprocessing.process import BaseProcess

    from assayline.batch.plan import Item


def _start(jobs: int) -> Executor:
    """Processes for several jobs, else a thread: both hand over whatever a file's conversion raised, bugs included."""
    return processes(jobs) if jobs > 1 else ThreadPoolExecutor(1)


def processes(jobs: int) -> ProcessPoolExecutor:
    """A pool of processes that end with this one, even if it is killed."""
    return ProcessPoolExecutor(jobs, initializer=_watch_parent)


def _watch_parent() -> None:
    parent = parent_process()
    if parent is not None:
        Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _alone(item: Item, settings: Settings) -> Done:
    """Convert in a process of its own: for the files left when a process of the pool died, to find which one it was."""
    with processes(1) as pool:
        return _answer(item, settings, pool.submit(convert_item, item, settings), alone=True)


def _answer(item: Item, settings: Settings, job: Future[Done], *, alone: bool = False) -> Done:
    """The result of a job; a bug becomes the finding `internal` with its last line, named with its file."""
    error = job.exception()
    if error is None:
        return job.result()
    if isinstance(error, BrokenProcessPool):
        if not alone:
            return _alone(item, settings)
        died = WorkerDied(file=item.source)
        return failure(item, died.code, str(died), died.status)
    if not isinstance(error, Exception):
        raise error
    remote = type(error.__cause__).__name__ == "_RemoteTraceback"  # the text of what was raised in another process
    told = str(error.__cause__).strip('"') if remote else "".join(format_exception(error))
    place = " · ".join(map(str.strip, told.strip().splitlines()[-3:]))
    return failure(item, "internal", f"{item.source}: this is a bug, please report it with the file: {place}", 1)


def convert_all(items: Sequence[Item], settings: Settings, jobs: int) -> Iterator[Done]:
    """Convert every item, in order, `jobs` at a time; what has not started is dropped when the caller stops early."""
    pool = _start(min(jobs, len(items)))
    try:
        waiting = [(item, _submit(pool, item, settings)) for item in items]
        waiting.reverse()
        while waiting:
            item, job = waiting.pop()
            yield _answer(item, settings, job)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _submit(pool: Executor, item: Item, settings: Settings) -> Future[Done]:
    """The future of an item; a pool that broke meanwhile gives a future that says so."""
    try:
        return pool.submit(convert_item, item, settings)
    except BrokenProcessPool as error:
        job: Future[Done] = Future()
        job.set_exception(error)
        return job
