"""Options and rules of the whole suite."""

from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import settings

# No test may fail because the machine was busy, so Hypothesis sets no deadline.
settings.register_profile("watchclock", deadline=None)
settings.load_profile("watchclock")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require-all",
        action="store_true",
        help="a test that is skipped because a system program is missing counts as failed",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and item.config.getoption("--require-all"):
        report.outcome = "failed"
        report.longrepr = f"skipped although everything is required: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, Any, pytest.CollectReport]:
    report: pytest.CollectReport = yield
    if report.skipped and collector.config.getoption("--require-all"):
        report.outcome = "failed"
        report.longrepr = f"module skipped although everything is required: {report.longrepr}"
    return report
