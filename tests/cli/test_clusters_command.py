"""What the command line says about which articles tell the same event."""

import json

from desk_folder import Digest


def rows(*told: tuple[str, str, str]) -> str:
    return "\n".join(
        json.dumps({"url": url, "source": source, "headline": headline, "published": "2026-03-14T12:00Z"})
        for url, source, headline in told
    )


def test_the_reports_of_one_event_are_printed_together_with_the_evidence(desk: Digest) -> None:
    articles = rows(
        ("https://gazette.example/1", "Gazette", "Ferry Solveig runs aground off Westhaven"),
        ("https://courier.example/1", "[Courier]", "Westhaven ferry Solveig hits rocks"),
        ("https://herald.example/1", "Herald", "Orlanda Quist wins the Marlowe Prize"),
    )
    assert desk("articles", "import", "-", stdin=articles).code == 0
    span = ("articles", "clusters", "--from", "2026-03-14", "--to", "2026-03-15T00:00Z")
    found = desk(*span, "--json")
    together = ["https://courier.example/1", "https://gazette.example/1"]
    assert json.loads(found.out) == [together, ["https://herald.example/1"]]
    told = desk(*span).out
    assert "[Courier]: Westhaven ferry" in told
    (evidence,) = (line for line in told.splitlines() if "[Courier] + Gazette:" in line)
    assert all(word in evidence for word in ("Westhaven", "Solveig", "ferry", "needed"))
    assert "3 articles tell 2 events, 1 of them more than once" in told


def test_a_span_that_is_none_is_refused(desk: Digest) -> None:
    for span, why in ((("yesterday", "2026-03-15"), "--from"), (("2026-03-15", "2026-03-14"), "not before")):
        refused = desk("articles", "clusters", "--from", span[0], "--to", span[1])
        assert refused.code == 2
        assert why in refused.err
