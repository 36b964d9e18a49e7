"""Work done in threads, or by the caller itself."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from threading import Thread
from typing import TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")


class Threads:
    """Several at once. Threads come with the work and go with it: an idle process has none."""

    def map(self, do: Callable[[_T], _R], items: Iterable[_T], *, at_once: int) -> Generator[_R, None, None]:
        todo = iter(items)
        with ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="work") as pool:
            try:
                ahead = deque(pool.submit(do, item) for item in islice(todo, 2 * at_once))
                while ahead:
                    yield ahead.popleft().result()
                    ahead.extend(pool.submit(do, item) for item in islice(todo, 1))
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    def submit(self, do: Callable[[], _R], *, name: str) -> "Future[_R]":
        # A thread of its own that ends with the process: a pool's would keep it from ending while one hangs.
        end: Future[_R] = Future()
        Thread(target=_end, args=(end, do), name=name, daemon=True).start()
        return end


class HereAndNow:
    """One after the other, in the thread that asks: one seed, one history. What hangs, hangs its caller."""

    def map(self, do: Callable[[_T], _R], items: Iterable[_T], *, at_once: int) -> Generator[_R, None, None]:
        assert at_once > 0
        for item in items:
            yield do(item)

    def submit(self, do: Callable[[], _R], *, name: str) -> "Future[_R]":
        assert name
        end: Future[_R] = Future()
        _end(end, do)
        return end


def _end(end: "Future[_R]", do: Callable[[], _R]) -> None:
    try:
        end.set_result(do())
    except BaseException as error:
        end.set_exception(error)
