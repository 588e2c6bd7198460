"""Routes and versioned plans."""

import sqlalchemy as sa
from alembic import op

from watchclock_server.database import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _create_routes()
    _create_plans()


def _create_routes() -> None:
    op.create_table(
        "routes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("site_id", sa.Integer, sa.ForeignKey("sites.id"), nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("order", sa.String, nullable=False),
        sa.UniqueConstraint("site_id", "name"),
    )
    op.create_table(
        "route_checkpoints",
        sa.Column("route_id", sa.Integer, sa.ForeignKey("routes.id"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("checkpoint_id", sa.Integer, sa.ForeignKey("checkpoints.id"), nullable=False),
        sa.UniqueConstraint("route_id", "checkpoint_id"),
    )


def _create_plans() -> None:
    op.create_table(
        "plans",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("site_id", sa.Integer, sa.ForeignKey("sites.id"), nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.UniqueConstraint("site_id", "name"),
    )
    op.create_table(
        "plan_versions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("plan_id", sa.Integer, sa.ForeignKey("plans.id"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("route_id", sa.Integer, sa.ForeignKey("routes.id"), nullable=False),
        sa.Column("shift_start", sa.Time, nullable=False),
        sa.Column("shift_end", sa.Time, nullable=False),
        sa.Column("every_minutes", sa.Integer),
        sa.Column("round_starts", sa.JSON, nullable=False),
        sa.Column("round_minutes", sa.Integer, nullable=False),
        sa.Column("tolerance_minutes", sa.Integer, nullable=False),
        sa.Column("weekdays", sa.JSON, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("written_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("plan_id", "version"),
    )
