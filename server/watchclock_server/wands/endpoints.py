"""Wands over HTTP."""

from dataclasses import asdict
from http import HTTPStatus

from fastapi import APIRouter

from watchclock_server.access import Manager
from watchclock_server.clock import Now
from watchclock_server.database import DatabaseSession
from watchclock_server.wands import service
from watchclock_server.wands.domain import Comparison, Wand
from watchclock_server.wands.schemas import (
    AnchorView,
    NewComparison,
    WandChange,
    WandDetail,
    WandView,
)

__all__ = ["router"]

router = APIRouter(prefix="/api/wands", tags=["wands"])


@router.get("")
def list_wands(
    session: DatabaseSession, _actor: Manager, site_id: int | None = None
) -> list[WandView]:
    """All wands, or those of one site, by name."""
    return [WandView(**asdict(wand)) for wand in service.list_wands(session, site_id=site_id)]


@router.get("/{wand_id}")
def show_wand(wand_id: int, session: DatabaseSession, _actor: Manager) -> WandDetail:
    """A wand with its clock."""
    return _detail(session, service.load_wand(session, wand_id))


@router.patch("/{wand_id}")
def change_wand(
    wand_id: int, change: WandChange, session: DatabaseSession, _actor: Manager
) -> WandDetail:
    """The wand under its new name, or at its new site."""
    if change.name is not None:
        service.rename_wand(session, wand_id=wand_id, name=change.name)
    if "site_id" in change.model_fields_set:
        service.assign_wand_to_site(session, wand_id=wand_id, site_id=change.site_id)
    return _detail(session, service.load_wand(session, wand_id))


@router.post("/{wand_id}/clock-comparisons", status_code=HTTPStatus.CREATED)
def state_comparison(
    wand_id: int, seen: NewComparison, session: DatabaseSession, now: Now, actor: Manager
) -> WandDetail:
    """The wand with what a person saw on its display."""
    comparison = Comparison(**seen.model_dump())
    service.state_comparison(
        session, wand_id=wand_id, comparison=comparison, who=actor.name, now=now
    )
    return _detail(session, service.load_wand(session, wand_id))


@router.delete("/{wand_id}/clock-comparisons/{comparison_id}", status_code=HTTPStatus.NO_CONTENT)
def withdraw_comparison(
    wand_id: int, comparison_id: int, session: DatabaseSession, actor: Manager
) -> None:
    """Take back what a person stated."""
    service.withdraw_comparison(
        session, wand_id=wand_id, comparison_id=comparison_id, who=actor.name
    )


def _detail(session: DatabaseSession, wand: Wand) -> WandDetail:
    anchors = service.anchors_of(session, [wand.id]).get(wand.id, ())
    return WandDetail(**asdict(wand), anchors=[AnchorView(**asdict(anchor)) for anchor in anchors])
