"""How many deliveries are claimed at once."""

from digest.delivery.chunk import LARGEST, ChunkSize


def test_what_is_used_up_is_claimed_twice_as_large_up_to_a_thousand() -> None:
    chunk = ChunkSize(8)
    sizes = []
    for _ in range(8):
        chunk.used_up()
        sizes.append(chunk.size)
    assert sizes == [16, 32, 64, 128, 256, 512, LARGEST, LARGEST]


def test_what_goes_stale_is_claimed_half_as_large_down_to_one() -> None:
    chunk = ChunkSize(5)
    sizes = []
    for _ in range(4):
        chunk.went_stale()
        sizes.append(chunk.size)
    assert sizes == [2, 1, 1, 1]


def test_once_some_went_stale_it_grows_by_an_eighth() -> None:
    chunk = ChunkSize(32)
    chunk.went_stale()
    sizes = []
    for _ in range(6):
        chunk.used_up()
        sizes.append(chunk.size)
    assert sizes == [18, 20, 22, 24, 27, 30]


def test_from_one_it_grows_again() -> None:
    chunk = ChunkSize(1)
    chunk.went_stale()
    chunk.used_up()
    assert chunk.size == 2
