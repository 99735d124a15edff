import asyncio
import threading
import time

import pytest

from digest.schedule import beating


def test_it_wakes_in_the_thread_of_the_loop_until_the_block_ends():
    async def count():
        beats, threads = 0, set()
        third = asyncio.Event()

        def wake():
            nonlocal beats
            beats += 1
            threads.add(threading.get_ident())
            if beats == 3:
                third.set()

        with beating(0.01, wake):
            async with asyncio.timeout(20):
                await third.wait()
        before = beats
        await asyncio.sleep(0.05)
        return threads, beats - before

    assert asyncio.run(count()) == ({threading.get_ident()}, 0)


@pytest.mark.parametrize("turns", range(1, 5))
def test_an_end_at_the_moment_of_a_beat_is_no_error(caplog, turns):
    async def end_at_a_beat():
        with beating(0.01, lambda: None):
            await asyncio.sleep(0.005)
            time.sleep(0.02)  # noqa: ASYNC251 - the loop is busy, so that a beat is overdue when it is not
            for _ in range(turns):
                await asyncio.sleep(0)

    asyncio.run(end_at_a_beat())
    assert caplog.records == []
