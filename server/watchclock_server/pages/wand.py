"""The page of one wand: identity, downloads, health, clock, evidence, cases, repair orders."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel
from sqlalchemy.orm import Session

from watchclock_server.access import Manager, SignedIn
from watchclock_server.database import DatabaseSession
from watchclock_server.faults import service as faults
from watchclock_server.faults.domain import FaultClass
from watchclock_server.faults.endpoints import case_view, evidence_view
from watchclock_server.faults.pages import CASE_WORDS
from watchclock_server.faults.schemas import CaseView, EvidenceView
from watchclock_server.faults.service import Case, NotedEvidence
from watchclock_server.intake import service as intake
from watchclock_server.intake.domain import Download
from watchclock_server.intake.endpoints import download_view
from watchclock_server.intake.schemas import DownloadView
from watchclock_server.rendering import render
from watchclock_server.repairs import service as repairs
from watchclock_server.repairs.domain import RepairOrder
from watchclock_server.repairs.pages import ORDER_WORDS
from watchclock_server.repairs.schemas import OrderView
from watchclock_server.sites.domain import Site
from watchclock_server.sites.service import find_sites
from watchclock_server.wands import service as wands
from watchclock_server.wands.domain import AnchorKind, ClockAnchor, ClockModel, Stretch, Wand
from watchclock_server.wands.pages import stretch_words
from watchclock_server.wands.schemas import WandView

__all__ = ["router"]

CURVE_WIDTH: Final = 240
CURVE_HEIGHT: Final = 40

router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class WandOverview:
    """Everything about one wand; downloads, stretches and evidence newest first.

    ``stated`` is what people saw on its display, oldest first.
    """

    wand: Wand
    downloads: Sequence[Download]
    stretches: Sequence[Stretch]
    stated: Sequence[ClockAnchor]
    evidence: Sequence[NotedEvidence]
    cases: Sequence[Case]
    orders: Sequence[RepairOrder]


class StretchView(BaseModel):
    """The wand's clock between two anchors: its state, and the seconds it gained."""

    state: str
    elapsed_s: float | None
    gained_s: float | None


class WandOverviewView(BaseModel):
    """The wand page for programs."""

    wand: WandView
    downloads: list[DownloadView]
    stretches: list[StretchView]
    evidence: list[EvidenceView]
    cases: list[CaseView]
    repair_orders: list[OrderView]


def _overview(session: Session, wand_id: int) -> WandOverview:
    wand = wands.load_wand(session, wand_id)
    anchors = wands.anchors_of(session, [wand_id]).get(wand_id, ())
    return WandOverview(
        wand=wand,
        downloads=[*reversed(intake.downloads_of(session, wand_id))],
        stretches=[*reversed(ClockModel(anchors).stretches)],
        stated=[anchor for anchor in anchors if anchor.kind is AnchorKind.STATED],
        evidence=faults.evidence_of(session, wand_id),
        cases=faults.cases_of(session, [wand_id]),
        orders=repairs.orders_of_wand(session, wand_id),
    )


@router.get("/api/wands/{wand_id}/overview", tags=["wands"])
def show_overview(wand_id: int, session: DatabaseSession, _actor: Manager) -> WandOverviewView:
    """Everything the wand's page shows."""
    overview = _overview(session, wand_id)
    return WandOverviewView(
        wand=WandView(**asdict(overview.wand)),
        downloads=[download_view(download) for download in overview.downloads],
        stretches=[
            StretchView(
                state=stretch.state, elapsed_s=stretch.elapsed_s, gained_s=stretch.gained_s
            )
            for stretch in overview.stretches
        ],
        evidence=[evidence_view(noted) for noted in overview.evidence],
        cases=[case_view(case) for case in overview.cases],
        repair_orders=[OrderView(**asdict(order)) for order in overview.orders],
    )


@router.get("/wands/{wand_id}", include_in_schema=False)
def show_wand(
    request: Request, wand_id: int, session: DatabaseSession, _person: SignedIn
) -> HTMLResponse:
    """A wand with everything known about it, and the forms to name it and to open a case."""
    overview = _overview(session, wand_id)
    sites = find_sites(session)
    site = _site_of(overview.wand, sites)
    oldest_first = [*reversed(overview.downloads)]
    return render(
        request,
        "wand.html",
        overview=overview,
        wand=overview.wand,
        evidence=overview.evidence,
        site=site,
        sites=sites,
        zone=site.time_zone if site else "UTC",
        offsets=curve([download.clock_offset_s for download in oldest_first]),
        voltages=curve([download.voltage_mv for download in oldest_first]),
        words=CASE_WORDS,
        order_words=ORDER_WORDS,
        stretch_words=stretch_words,
        fault_classes=tuple(FaultClass),
    )


def _site_of(wand: Wand, sites: Sequence[Site]) -> Site | None:
    return next((site for site in sites if site.id == wand.site_id), None)


def curve(values: Sequence[float | None]) -> str:
    """The points of an SVG line through the values, left to right; empty below two values.

    The line fills a field of 240 by 40; equal values run through its middle.
    """
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    if len(known) < 2:  # noqa: PLR2004  a line has two ends
        return ""
    lowest = min(value for _, value in known)
    span = max(value for _, value in known) - lowest
    last = known[-1][0] - known[0][0]
    return " ".join(
        f"{(place - known[0][0]) / last * CURVE_WIDTH:.1f},"
        f"{CURVE_HEIGHT * (1 - (value - lowest) / span if span else 0.5):.1f}"
        for place, value in known
    )
