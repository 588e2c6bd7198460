"""Wands and their clocks, downloads and records, evidence and cases, repair orders."""

import sqlalchemy as sa
from alembic import op

from watchclock_server.database import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _create_wands()
    _create_downloads()
    _create_records()
    _create_evidence()
    _create_cases()
    _create_repair_orders()


def _create_wands() -> None:
    op.create_table(
        "wands",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String, nullable=False, unique=True),
        sa.Column("dialect", sa.String, nullable=False),
        sa.Column("number", sa.String, nullable=False),
        sa.Column("firmware", sa.String),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("site_id", sa.Integer, sa.ForeignKey("sites.id"), index=True),
        sa.Column("first_seen", UtcDateTime, nullable=False),
        sa.Column("last_seen", UtcDateTime, nullable=False),
    )
    op.create_table(
        "clock_anchors",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("wand_id", sa.Integer, sa.ForeignKey("wands.id"), nullable=False),
        sa.Column("capture_sha256", sa.String),
        sa.Column("stated_by", sa.String),
        sa.Column("withdrawn_by", sa.String),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("wand_civil", sa.DateTime, nullable=False),
        sa.Column("utc", UtcDateTime, nullable=False),
        sa.Column("uncertainty_s", sa.Double, nullable=False),
        sa.Column("offset_s", sa.Double),
        sa.Index("ix_clock_anchors_wand_id_utc", "wand_id", "utc"),
    )


def _create_downloads() -> None:
    op.create_table(
        "downloads",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("wand_id", sa.Integer, sa.ForeignKey("wands.id"), nullable=False),
        sa.Column("capture_sha256", sa.String, nullable=False, unique=True),
        sa.Column("received_at", UtcDateTime, nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("read_at", UtcDateTime, nullable=False),
        sa.Column("finished_at", UtcDateTime, nullable=False),
        sa.Column("acknowledged_at", UtcDateTime),
        sa.Column("is_complete", sa.Boolean, nullable=False),
        sa.Column("is_closed", sa.Boolean, nullable=False),
        sa.Column("torn_bytes", sa.Integer, nullable=False),
        sa.Column("record_count", sa.Integer, nullable=False),
        sa.Column("skipped_bytes", sa.Integer, nullable=False),
        sa.Column("rejected_count", sa.Integer, nullable=False),
        sa.Column("rings", sa.JSON, nullable=False),
        sa.Column("clock_shown", sa.DateTime),
        sa.Column("clock_offset_s", sa.Double),
        sa.Column("voltage_mv", sa.Integer),
        sa.Column("charge_percent", sa.Integer),
        sa.Column("power_ons", sa.Integer),
        sa.Column("formats", sa.Integer),
        sa.Index("ix_downloads_wand_id_read_at", "wand_id", "read_at"),
    )


def _create_records() -> None:
    op.create_table(
        "records",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("wand_id", sa.Integer, sa.ForeignKey("wands.id"), nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("slot", sa.BigInteger, nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("emptied_by", sa.Integer, nullable=False),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.Column(
            "download_id", sa.Integer, sa.ForeignKey("downloads.id"), nullable=False, index=True
        ),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("wand_civil", sa.DateTime),
        sa.Column("time_flaw", sa.String),
        sa.Column("tag", sa.String),
        sa.Column("guard_number", sa.Integer),
        sa.Column("is_guard_tag", sa.Boolean, nullable=False),
        sa.Column("code", sa.Integer),
        sa.Column("flags", sa.String, nullable=False),
        sa.Column("conflict_with", sa.Integer, sa.ForeignKey("records.id")),
        sa.UniqueConstraint("wand_id", "raw", "kind", "slot", "rank", "emptied_by"),
    )
    op.create_table(
        "sightings",
        sa.Column("download_id", sa.Integer, sa.ForeignKey("downloads.id"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column(
            "record_id", sa.Integer, sa.ForeignKey("records.id"), nullable=False, index=True
        ),
    )


def _create_evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("wand_id", sa.Integer, sa.ForeignKey("wands.id"), nullable=False, index=True),
        sa.Column("download_id", sa.Integer, sa.ForeignKey("downloads.id"), nullable=False),
        sa.Column("sign", sa.String, nullable=False),
        sa.Column("figures", sa.JSON, nullable=False),
        sa.Column("record_ids", sa.JSON, nullable=False),
        sa.Column("noted_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("download_id", "sign"),
    )


def _create_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("wand_id", sa.Integer, sa.ForeignKey("wands.id"), nullable=False),
        sa.Column("fault_class", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("symptom", sa.String, nullable=False),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.Column("opened_by", sa.String, nullable=False),
        sa.Column("failure_mode", sa.String),
        sa.Column("mechanism", sa.String),
        sa.Column("cause", sa.String),
        sa.Index(
            "uq_cases_open",
            "wand_id",
            "fault_class",
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
    )
    op.create_table(
        "case_events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("remark", sa.String, nullable=False),
    )
    op.create_table(
        "case_evidence",
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("evidence_id", sa.Integer, sa.ForeignKey("evidence.id"), primary_key=True),
    )


def _create_repair_orders() -> None:
    op.create_table(
        "repair_orders",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False, index=True),
        sa.Column("wand_id", sa.Integer, sa.ForeignKey("wands.id"), nullable=False, index=True),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("opened_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "repair_order_steps",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "order_id", sa.Integer, sa.ForeignKey("repair_orders.id"), nullable=False, index=True
        ),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("why", sa.String, nullable=False),
    )
