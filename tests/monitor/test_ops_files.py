"""The files for operators: they can be read by what they are for, and name what there is."""

import json
import re
import shlex
from pathlib import Path

import pytest
import yaml
from newsroom import MORNING, configure
from prometheus_client import CollectorRegistry, generate_latest
from typer.testing import CliRunner

from digest.cli.app import app
from digest.database import Database
from digest.monitor.metrics import Service
from digest.upgrading import upgrade_schema

ROOT = Path(__file__).parents[2]
OPS = ROOT / "ops"
MANUAL = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Name every figure of `/metrics`."""
    folder = tmp_path_factory.mktemp("figures")
    database = Database(f"sqlite:///{folder / 'digest.db'}")
    upgrade_schema(database)
    registry = CollectorRegistry()
    registry.register(Service(configure(folder, database.url), database, lambda: MORNING))
    told = generate_latest(registry).decode()
    database.close()
    return set(re.findall(r"^# HELP (\S+)", told, re.MULTILINE))


@pytest.mark.parametrize("file", ["prometheus/alerts.yml", "grafana/headline-digest.json"])
def test_alerts_and_dashboard_ask_only_for_figures_that_there_are(file: str, figures: set[str]) -> None:
    text = (OPS / file).read_text(encoding="utf-8")
    told = json.loads(text) if file.endswith("json") else yaml.safe_load(text)
    asked = set(re.findall(r"\bdigest_\w+", json.dumps(told)))
    assert len(asked) > 5
    assert asked - figures == set()


def test_each_alert_and_each_figure_is_explained(figures: set[str]) -> None:
    (group,) = yaml.safe_load((OPS / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    names = [rule["alert"] for rule in group["rules"]]
    assert [name for name in names if f"`{name}`" not in MANUAL] == []
    assert sorted(figure for figure in figures if f"`{figure}`" not in MANUAL) == []
    assert all(rule["expr"] and rule["annotations"]["summary"] for rule in group["rules"])


def test_a_panel_overlaps_no_other() -> None:
    panels = json.loads((OPS / "grafana" / "headline-digest.json").read_text(encoding="utf-8"))["panels"]
    places = [
        (left, top)
        for panel in panels
        for left in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for top in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(places) == len(set(places))
    assert len({panel["id"] for panel in panels}) == len(panels)


@pytest.mark.parametrize("unit", sorted((OPS / "systemd").glob("*.service")), ids=lambda unit: unit.name)
def test_what_systemd_starts_is_a_command_of_ours(unit: Path) -> None:
    (line,) = re.findall(r"^ExecStart=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE)
    words = shlex.split(line)
    if words[0] == "/bin/sh":
        words = shlex.split(words[2].replace("$(date +%%Y%%m%%dT%%H%%M%%S)", "20260314T060000"))
    assert words[0] == "/opt/digest/bin/digest"
    asked = CliRunner().invoke(app, [*words[1:], "--help"])
    assert asked.exit_code == 0, asked.output


@pytest.mark.parametrize("file", ["proxy/nginx.conf", "proxy/Caddyfile"])
def test_a_proxy_shows_the_world_no_figures(file: str) -> None:
    text = (OPS / file).read_text(encoding="utf-8")
    assert all(page in text for page in ("metrics", "readyz", "healthz"))
    assert text.count("{") == text.count("}")
    assert "127.0.0.1:8000" in text
