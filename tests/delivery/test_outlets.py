"""How connections, relays and processes are shared out."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from newsroom import configure
from scripted_relay import ScriptedRelay

from digest.delivery.crew import READERS_EACH, crew_size
from digest.delivery.outlets import Share, outlets_of, require_relay
from digest.delivery.relay import RelayUnavailableError
from digest.errors import BadInputError
from digest.settings import Settings, SmtpSettings

STAND_BY = {"url": "smtp://127.0.0.1:1", "weight": 0, "connections": 8}
HEAVY = {"url": "smtp://127.0.0.1:2", "weight": 4, "connections": 1}
LIGHT_OF_MANY = {"url": "smtp://127.0.0.1:1", "weight": 1, "connections": 8}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return configure(tmp_path, f"sqlite:///{tmp_path / 'digest.db'}")


@pytest.fixture(scope="module")
def everywhere(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return configure(tmp_path_factory.mktemp("desk"), "sqlite:///digest.db")


def relays(settings: Settings, *each: dict[str, object], **smtp: object) -> Settings:
    many = SmtpSettings.model_validate({"relays": each, "connections": 8, **smtp})
    return settings.model_copy(update={"smtp": many})


@given(st.integers(0, 200), st.integers(1, 64))
def test_shares_are_as_equal_as_can_be_and_add_up(number: int, processes: int) -> None:
    parts = [Share(index, processes).take(number) for index in range(processes)]
    assert sum(parts) == number
    assert max(parts) - min(parts) <= 1


def test_a_relay_gets_connections_by_its_weight(settings: Settings) -> None:
    two = relays(settings, {"url": "smtp://127.0.0.1:1", "weight": 4}, {"url": "smtp://127.0.0.1:2", "weight": 1})
    assert [(str(outlet.relay), outlet.connections) for outlet in outlets_of(two)] == [
        ("127.0.0.1:1", 8),
        ("127.0.0.1:2", 2),
    ]


def test_a_relay_of_no_weight_stands_by_with_all_its_connections(settings: Settings) -> None:
    two = relays(settings, {"url": "smtp://127.0.0.1:1"}, {"url": "smtp://127.0.0.1:2", "weight": 0})
    assert [(outlet.connections, outlet.stands_by) for outlet in outlets_of(two)] == [(8, False), (8, True)]


def test_processes_divide_the_connections_of_each_relay(settings: Settings) -> None:
    two = relays(settings, {"url": "smtp://127.0.0.1:1"}, {"url": "smtp://127.0.0.1:2", "connections": 1})
    shares = [[outlet.connections for outlet in outlets_of(two, Share(index, 2))] for index in range(2)]
    assert shares == [[4, 1], [4]]


def test_a_process_without_a_connection_to_a_paced_relay_works_with_the_others(settings: Settings) -> None:
    paced = {"url": "smtp://127.0.0.1:2", "connections": 1, "rate_per_second": 5}
    two = relays(settings, {"url": "smtp://127.0.0.1:1"}, paced)
    shares = [[outlet.relay.is_paced for outlet in outlets_of(two, Share(index, 2))] for index in range(2)]
    assert shares == [[False, True], [False]]


def test_a_process_that_only_has_a_relay_that_stands_by_does_not_mail_through_it(settings: Settings) -> None:
    two = relays(settings, {"url": "smtp://127.0.0.1:1", "connections": 1}, {"url": "smtp://127.0.0.1:2", "weight": 0})
    shares = [[outlet.stands_by for outlet in outlets_of(two, Share(index, 2))] for index in range(2)]
    assert shares == [[False, True], []]


RELAYS = st.builds(dict, weight=st.integers(0, 5), connections=st.integers(1, 6))


@given(st.lists(RELAYS, max_size=3), RELAYS.map(lambda relay: relay | {"weight": relay["weight"] + 1}))
def test_every_process_of_a_crew_has_an_outlet_that_works(
    everywhere: Settings, others: list[dict[str, int]], one: dict[str, int]
) -> None:
    each = [{"url": f"smtp://127.0.0.1:{port}", **relay} for port, relay in enumerate([*others, one], 1)]
    settings = everywhere.model_copy(
        update={"smtp": SmtpSettings.model_validate({"relays": each, "connections": 8, "processes": 8})}
    )
    size = crew_size(settings.smtp, 1_000_000)
    crew = [outlets_of(settings, Share(index, size)) for index in range(size)]
    assert all(any(not outlet.stands_by for outlet in outlets) for outlets in crew)


@pytest.mark.parametrize("share", [Share(0, 2), Share(1, 2)])
def test_a_relay_elsewhere_is_refused_whoever_else_is_well(settings: Settings, share: Share) -> None:
    elsewhere = {"url": "smtp://mail.example.org", "connections": 1}
    with pytest.raises(BadInputError, match=r"mail\.example\.org"):
        outlets_of(relays(settings, {"url": "smtp://127.0.0.1:1"}, elsewhere), share)


@pytest.mark.parametrize(
    ("smtp", "open_deliveries", "size"),
    [
        ({"processes": 4, "connections": 8}, 1_000_000, 4),
        ({"processes": 4, "connections": 2}, 1_000_000, 2),
        ({"processes": 4, "connections": 8}, READERS_EACH, 1),
        ({"processes": 4, "connections": 8}, READERS_EACH + 1, 2),
        ({"processes": 4, "connections": 8}, 0, 1),
        ({"processes": 4, "relays": [STAND_BY, {"url": "smtp://127.0.0.1:2", "connections": 1}]}, 1_000_000, 1),
        ({"processes": 4, "connections": 1, "relays": [LIGHT_OF_MANY, HEAVY]}, 1_000_000, 2),
    ],
)
def test_a_process_is_started_where_it_is_worth_while(smtp: dict[str, object], open_deliveries: int, size: int) -> None:
    assert crew_size(SmtpSettings.model_validate(smtp), open_deliveries) == size


def test_one_relay_that_is_well_is_enough(settings: Settings) -> None:
    with ScriptedRelay() as server:
        asyncio.run(require_relay(relays(settings, {"url": "smtp://127.0.0.1:1"}, {"url": server.url})))
    with pytest.raises(
        RelayUnavailableError, match=r"127\.0\.0\.1:1 gives no session.*127\.0\.0\.1:2 gives no session"
    ):
        asyncio.run(require_relay(relays(settings, {"url": "smtp://127.0.0.1:1"}, {"url": "smtp://127.0.0.1:2"})))
