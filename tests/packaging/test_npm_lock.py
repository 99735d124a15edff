"""The lock of npm's tools pins by hash and names no host, so that any registry may serve it."""

import json
from pathlib import Path

LOCK = Path(__file__).resolve().parents[1] / "gates" / "package-lock.json"


def test_every_package_is_pinned_by_hash_and_none_by_where_it_lies():
    packages = {name: said for name, said in json.loads(LOCK.read_text())["packages"].items() if name}
    assert {"node_modules/axe-core", "node_modules/caniemail", "node_modules/vnu-jar"} <= packages.keys()
    assert [name for name, said in packages.items() if "integrity" not in said or "resolved" in said] == []
