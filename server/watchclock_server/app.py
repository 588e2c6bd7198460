"""Puts the server together. Nothing happens at import; ``create_app`` only builds objects."""

from pathlib import Path
from typing import Final

from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles

from watchclock_server.access import Doorkeeper
from watchclock_server.accounts import endpoints as accounts_endpoints
from watchclock_server.accounts import pages as accounts_pages
from watchclock_server.accounts import service as accounts_service
from watchclock_server.archive import Archive
from watchclock_server.clock import Clock, SystemClock
from watchclock_server.database import Database
from watchclock_server.faults import endpoints as faults_endpoints
from watchclock_server.faults import pages as faults_pages
from watchclock_server.headers import SecureHeaders
from watchclock_server.intake import endpoints as intake_endpoints
from watchclock_server.pages import case, home, night, wand
from watchclock_server.plans import endpoints as plans_endpoints
from watchclock_server.plans import pages as plans_pages
from watchclock_server.plans.domain import PlanRule
from watchclock_server.problems import Words, install_error_answers
from watchclock_server.reconciliation import endpoints as reconciliation_endpoints
from watchclock_server.repairs import endpoints as repairs_endpoints
from watchclock_server.repairs import pages as repairs_pages
from watchclock_server.repairs.domain import OrderState
from watchclock_server.settings import Settings
from watchclock_server.sites import endpoints as sites_endpoints
from watchclock_server.sites import pages as sites_pages
from watchclock_server.wands import endpoints as wands_endpoints
from watchclock_server.wands import pages as wands_pages

__all__ = ["ERROR_WORDS", "ROUTERS", "create_app"]

_STATIC: Final = Path(__file__).parent / "pages" / "static"
_DOORKEEPER: Final[Doorkeeper] = accounts_service
# Every feature's routers, by hand: what is not written here is not served.
ROUTERS: Final[tuple[APIRouter, ...]] = (
    accounts_endpoints.router,
    accounts_pages.router,
    sites_endpoints.router,
    sites_pages.router,
    wands_endpoints.router,
    wands_pages.router,
    faults_endpoints.router,
    faults_pages.router,
    intake_endpoints.router,
    repairs_endpoints.router,
    repairs_pages.router,
    case.router,
    wand.router,
    plans_endpoints.router,
    plans_pages.router,
    reconciliation_endpoints.router,
    night.router,
    home.router,
)
# Every enumeration whose members stand in errors, by hand.
ERROR_WORDS: Final[Words] = {
    PlanRule: plans_pages.RULE_WORDS,
    OrderState: repairs_pages.ORDER_WORDS,
}


def create_app(settings: Settings, *, clock: Clock | None = None) -> FastAPI:
    """The server as an ASGI app. The database must have been migrated.

    Args:
        settings: where data is and how the server is reached.
        clock: tells the present instant; the machine's clock when None.
    """
    app = FastAPI(
        title="watchclock",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.state.settings = settings
    app.state.database = Database(settings.database_url)
    app.state.archive = Archive(settings.captures_folder)
    app.state.clock = SystemClock() if clock is None else clock
    app.state.doorkeeper = _DOORKEEPER
    app.add_middleware(SecureHeaders)
    install_error_answers(app, ERROR_WORDS)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=_STATIC))
    return app
