"""Plain average-link clustering of a few hundred items, for the baselines."""

from collections.abc import Sequence


def linked(likenesses: Sequence[Sequence[float]], bar: float) -> list[int]:
    """Return each item's cluster: the two most alike on average are joined as long as they reach *bar*."""
    groups = {at: [at] for at in range(len(likenesses))}
    sums = {(a, b): likenesses[a][b] for a in groups for b in groups if a < b and likenesses[a][b] > 0}
    while best := max(((_average(groups, sums, pair), pair) for pair in sums), default=None):
        if best[0] < bar:
            break
        kept, gone = best[1]
        del sums[kept, gone]
        groups[kept] += groups.pop(gone)
        for pair in [pair for pair in sums if gone in pair]:
            third = pair[0] if pair[1] == gone else pair[1]
            key = (min(kept, third), max(kept, third))
            sums[key] = sums.get(key, 0.0) + sums.pop(pair)
    labels = [0] * len(likenesses)
    for group, members in groups.items():
        for member in members:
            labels[member] = group
    return labels


def _average(groups: dict[int, list[int]], sums: dict[tuple[int, int], float], pair: tuple[int, int]) -> float:
    return sums[pair] / (len(groups[pair[0]]) * len(groups[pair[1]]))
