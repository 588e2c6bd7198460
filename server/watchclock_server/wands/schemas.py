"""What the endpoints of wands take and give."""

from datetime import datetime

from pydantic import AwareDatetime, BaseModel, NaiveDatetime

__all__ = ["AnchorView", "ComparisonForm", "NewComparison", "WandChange", "WandDetail", "WandView"]


class WandView(BaseModel):
    """A wand."""

    id: int
    key: str
    dialect: str
    number: str
    firmware: str | None
    name: str
    site_id: int | None
    first_seen: datetime
    last_seen: datetime


class AnchorView(BaseModel):
    """What the wand's clock showed or was set to at an instant; seconds."""

    id: int
    kind: str
    civil: datetime
    utc: datetime
    uncertainty_s: float
    offset_s: float | None
    stated_by: str | None


class NewComparison(BaseModel):
    """What a person saw on the wand: its civil time without zone, and the instant of the look."""

    civil: NaiveDatetime
    utc: AwareDatetime
    uncertainty_s: float = 60.0


class ComparisonForm(BaseModel):
    """The same as a form says it: both times are civil times at the site."""

    shown: NaiveDatetime
    looked_at: NaiveDatetime
    uncertainty_s: float = 60.0


class WandDetail(WandView):
    """A wand with everything known of its clock, oldest first."""

    anchors: list[AnchorView]


class WandChange(BaseModel):
    """What is to be changed; a field left out stays as it is, a site of null is none."""

    name: str | None = None
    site_id: int | None = None
