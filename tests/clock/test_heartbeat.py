import asyncio
import threading

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
