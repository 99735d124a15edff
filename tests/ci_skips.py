"""A skipped test is a failed one in CI, where everything that a test needs is installed.

The one thing CI may lack is the folder ../shared with its real input; a skip that names it passes while the
folder is absent.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


def may_skip(reason: str, *, in_ci: bool, has_shared: bool) -> bool:
    """Say whether a test may be skipped for *reason*."""
    return not in_ci or ("shared" in reason and not has_shared)


def _forbid_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if not report.skipped or hasattr(report, "wasxfail"):
        return
    _, _, reason = report.longrepr if isinstance(report.longrepr, tuple) else ("", 0, str(report.longrepr))
    if not may_skip(reason, in_ci=os.environ.get("CI") == "true", has_shared=SHARED.is_dir()):
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: skipped in CI, where nothing may be: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    report = yield
    _forbid_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Iterator[None]:
    report = yield
    _forbid_skip(report)
    return report
