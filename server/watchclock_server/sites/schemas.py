"""What the endpoints of sites take and give."""

from datetime import datetime

from pydantic import AwareDatetime, BaseModel

from watchclock_protocol.tags.reading import TagNote

__all__ = [
    "CheckpointView",
    "GuardView",
    "MountedTagView",
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
    """A tag that is mounted at a checkpoint, from now on when no instant is given.

    ``tag`` is written in any notation of docs/tags.md; ``notation`` names it where the text alone
    does not tell. ``is_confusion_accepted`` mounts a tag that wands which keep few bytes of a
    number cannot tell from another one of the site.
    """

    tag: str
    notation: str | None = None
    valid_from: AwareDatetime | None = None
    is_confusion_accepted: bool = False


class TagView(BaseModel):
    """A tag and when it is or was mounted, in UTC."""

    id: int
    checkpoint_id: int
    tag: str
    valid_from: datetime
    valid_to: datetime | None


class MountedTagView(TagView):
    """A tag as it was mounted, with what was recognised in the text or file it came from.

    ``printed`` has the forms in which cards and desk readers show it; compare one of them.
    """

    notation: str
    notes: list[TagNote]
    printed: dict[str, str]


class NewGuard(BaseModel):
    """A guard to be kept; the tag is written as for a checkpoint."""

    name: str
    tag: str | None = None
    notation: str | None = None
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
