"""Two senders on one database, of which one is killed: no reader is shared, and none is left behind."""

import pytest
from bad_morning import CONNECTIONS, READERS, Beginning, unhurried


@pytest.mark.parametrize("kind", ["morning", "postgresql_morning"])
def test_of_two_senders_one_is_killed_and_the_other_sees_to_all_it_left(
    kind: str, request: pytest.FixtureRequest
) -> None:
    begin: Beginning = request.getfixturevalue(kind)
    send = begin(at_data=unhurried)
    doomed, other = send.start(), send.start()
    send.wait_for_accepted(READERS // 4)
    doomed.kill()
    send.check(other.report(), unknown=CONNECTIONS)


def test_two_senders_at_once_share_the_work_and_no_reader(morning: Beginning) -> None:
    send = morning(at_data=unhurried)
    first, second = send.start(), send.start()
    reports = [first.report(), second.report()]
    send.check(reports[0], unknown=0)
    assert reports[0] == reports[1]
