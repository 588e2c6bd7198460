"""What the endpoints of sites take and give."""

from datetime import datetime

from pydantic import AwareDatetime, BaseModel

__all__ = [
    "CheckpointView",
    "GuardView",
    "NewCheckpoint",
    "NewGuard",
    "NewSite",
    "NewTag",
    "SiteDetail",
    "SiteView",
    "TagView",
]


class NewSite(BaseModel):
    """A site to be kept."""

    name: str
    time_zone: str


class SiteView(BaseModel):
    """A site."""

    id: int
    name: str
    time_zone: str


class NewCheckpoint(BaseModel):
    """A checkpoint to be added as the last one."""

    name: str


class CheckpointView(BaseModel):
    """A checkpoint."""

    id: int
    site_id: int
    name: str
    position: int


class NewTag(BaseModel):
    """A tag that is mounted at a checkpoint, from now on when no instant is given."""

    tag: str
    valid_from: AwareDatetime | None = None


class TagView(BaseModel):
    """A tag and when it is or was mounted, in UTC."""

    id: int
    checkpoint_id: int
    tag: str
    valid_from: datetime
    valid_to: datetime | None


class NewGuard(BaseModel):
    """A guard to be kept."""

    name: str
    tag: str | None = None
    number: int | None = None


class GuardView(BaseModel):
    """A guard."""

    id: int
    site_id: int
    name: str
    tag: str | None
    number: int | None


class SiteDetail(SiteView):
    """A site with everything on it."""

    checkpoints: list[CheckpointView]
    tags: list[TagView]
    guards: list[GuardView]
