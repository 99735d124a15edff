"""How many deliveries are claimed at once."""

import pytest

from digest.delivery.chunk import LARGEST, ChunkSize
from digest.delivery.letter import FRESH_SECONDS


def handed_out(chunk: ChunkSize, letters: int, since: float, seconds: float) -> float:
    """Hand out so many letters within *seconds* and claim anew; return when that was."""
    chunk.handed_out += letters
    chunk.stocked(since + seconds)
    return since + seconds


def sizes_at(rate: float, first: int = 8, claims: int = 12) -> list[int]:
    """Return the sizes of chunks that are begun at so many letters a second."""
    chunk, now, sizes = ChunkSize(first), 100.0, []
    chunk.stocked(now)
    for _ in range(claims):
        now = handed_out(chunk, chunk.size, now, chunk.size / rate)
        sizes.append(chunk.size)
    return sizes


def test_what_is_begun_at_once_is_claimed_twice_as_large_up_to_a_thousand() -> None:
    assert sizes_at(1e6)[:8] == [16, 32, 64, 128, 256, 512, LARGEST, LARGEST]


@pytest.mark.parametrize("rate", [100, 450, 1600, 3000])
@pytest.mark.parametrize("first", [1, LARGEST])
def test_it_comes_to_what_is_begun_before_it_goes_stale_from_below_and_from_above(rate: int, first: int) -> None:
    *_, size = sizes_at(rate, first)
    last_begins = 1.5 * size / rate  # behind half of the chunk before it
    assert FRESH_SECONDS / 2 < last_begins < 0.9 * FRESH_SECONDS


def test_a_slow_relay_gets_one_at_a_time() -> None:
    assert sizes_at(0.5, first=20)[-1] == 1


def test_the_time_in_which_there_was_nothing_to_hand_out_says_nothing_of_the_relay() -> None:
    chunk = ChunkSize(8)
    chunk.stocked(100.0)
    chunk.ran_dry(100.01)
    chunk.ran_dry(100.5)
    handed_out(chunk, 8, 100.0, 60.0)
    assert chunk.size == 16


def test_a_claim_after_which_nothing_was_handed_out_teaches_nothing() -> None:
    chunk = ChunkSize(8)
    chunk.stocked(100.0)
    handed_out(chunk, 0, 100.0, 60.0)
    assert chunk.size == 8


def test_what_goes_stale_is_claimed_half_as_large_down_to_one() -> None:
    chunk = ChunkSize(5)
    sizes = []
    for _ in range(4):
        chunk.went_stale()
        sizes.append(chunk.size)
    assert sizes == [2, 1, 1, 1]
