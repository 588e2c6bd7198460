"""The page of a site with its forms."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, File, Form, Query, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from watchclock_protocol.tags.errors import TagAmbiguousError
from watchclock_protocol.tags.flipper import read_flipper
from watchclock_protocol.tags.notations import EXAMPLE_TAGS, NOTATIONS, printed_beside, read_tag
from watchclock_protocol.tags.reading import NOTE_SENTENCES, TagNote, TagReading
from watchclock_protocol.values import TagId
from watchclock_server.access import SignedIn
from watchclock_server.clock import Now
from watchclock_server.database import DatabaseSession
from watchclock_server.errors import PayloadTooLargeError, RuleViolationError
from watchclock_server.rendering import render
from watchclock_server.sites import service
from watchclock_server.sites.domain import LARGEST_KEY_FILE_BYTES

__all__ = ["router"]

_GUARD_NUMBER_DIGITS: Final = 9

_EXAMPLES: Final[Mapping[str, str]] = {
    name: notation.write(EXAMPLE_TAGS[notation.technology]) or ""
    for name, notation in NOTATIONS.items()
}

router = APIRouter(include_in_schema=False)


class Recognised(BaseModel):
    """What the page says of the tag that was mounted last: a part of its address.

    Attributes:
        mounted: key of its mounting; what names none of this site says nothing.
    """

    mounted: int | None = None
    notation: str = ""
    notes: list[TagNote] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class PastedTag:
    """What a form says about a tag: a text or a file, and how it is to be taken."""

    text: str
    notation: str | None
    file: bytes
    is_confusion_accepted: bool

    @property
    def is_given(self) -> bool:
        """Whether there is a text or a file."""
        return bool(self.file or self.text.strip())

    def reading(self) -> TagReading:
        """The tag.

        Raises:
            TagError: it cannot be read, or in several ways.
        """
        if self.file:
            return read_flipper(self.file)
        return read_tag(self.text, notation=self.notation)


def _pasted_tag(
    tag: Annotated[str, Form()] = "",
    notation: Annotated[str, Form()] = "",
    file: Annotated[UploadFile | None, File()] = None,
    is_confusion_accepted: Annotated[bool, Form()] = False,  # noqa: FBT002 - a form's field
) -> PastedTag:
    data = b"" if file is None else file.file.read(LARGEST_KEY_FILE_BYTES + 1)
    if len(data) > LARGEST_KEY_FILE_BYTES:
        raise PayloadTooLargeError(limit_bytes=LARGEST_KEY_FILE_BYTES)
    return PastedTag(
        text=tag,
        notation=notation or None,
        file=data,
        is_confusion_accepted=is_confusion_accepted,
    )


class GuardNumberInvalidError(RuleViolationError):
    """What was typed as the guard's number is no number."""

    code = "sites.guard_number_invalid"
    template = "“{number}” is not a guard's number."
    next_step = "Use the digits the wand shows, or leave the field empty."


@router.post("/sites")
def create_site(
    session: DatabaseSession,
    _person: SignedIn,
    name: Annotated[str, Form()],
    time_zone: Annotated[str, Form()],
) -> Response:
    """The new site's page."""
    site = service.create_site(session, name=name.strip(), time_zone=time_zone.strip())
    return _to_site(site.id)


@router.get("/sites/{site_id}")
def show_site(
    request: Request,
    site_id: int,
    session: DatabaseSession,
    now: Now,
    _person: SignedIn,
    recognised: Annotated[Recognised, Query()],
) -> HTMLResponse:
    """A site with its checkpoints, tags and guards, and the forms to add more."""
    layout = service.load_layout(session, site_id)
    mounted = next((tag for tag in layout.tags if tag.id == recognised.mounted), None)
    return render(
        request,
        "site.html",
        site=layout.site,
        today=layout.site.day_of(now),
        checkpoints=layout.checkpoints,
        tags=layout.tags,
        guards=service.guards_of(session, site_id),
        notations=_EXAMPLES,
        printed=_printed,
        mounted=mounted,
        recognised=recognised,
        note_sentences=NOTE_SENTENCES,
    )


@router.post("/sites/{site_id}/checkpoints")
def add_checkpoint(
    request: Request,
    site_id: int,
    session: DatabaseSession,
    now: Now,
    _person: SignedIn,
    name: Annotated[str, Form()],
    pasted: Annotated[PastedTag, Depends(_pasted_tag)],
) -> Response:
    """The site's page with the new checkpoint and, if one was given, its tag."""
    try:
        reading = pasted.reading() if pasted.is_given else None
    except TagAmbiguousError as error:
        return _choice(request, error, pasted, name=name)
    checkpoint = service.add_checkpoint(session, site_id=site_id, name=name.strip())
    if reading is None:
        return _to_site(site_id)
    return _to_site(site_id, _mount(session, checkpoint.id, reading, pasted, now))


@router.post("/sites/{site_id}/tags")
def assign_tag(
    request: Request,
    site_id: int,
    session: DatabaseSession,
    now: Now,
    _person: SignedIn,
    checkpoint_id: Annotated[int, Form()],
    pasted: Annotated[PastedTag, Depends(_pasted_tag)],
) -> Response:
    """The site's page with the tag mounted from now on, and what was recognised."""
    try:
        reading = pasted.reading()
    except TagAmbiguousError as error:
        return _choice(request, error, pasted, checkpoint_id=checkpoint_id)
    return _to_site(site_id, _mount(session, checkpoint_id, reading, pasted, now))


@router.post("/sites/{site_id}/guards")
def add_guard(  # noqa: PLR0913, PLR0917 - a form's fields
    request: Request,
    site_id: int,
    session: DatabaseSession,
    now: Now,
    _person: SignedIn,
    name: Annotated[str, Form()],
    pasted: Annotated[PastedTag, Depends(_pasted_tag)],
    number: Annotated[str, Form()] = "",
) -> Response:
    """The site's page with the new guard."""
    try:
        reading = pasted.reading() if pasted.is_given else None
    except TagAmbiguousError as error:
        return _choice(request, error, pasted, name=name, number=number)
    service.add_guard(
        session,
        site_id=site_id,
        name=name.strip(),
        now=now,
        tag=None if reading is None else reading.tag,
        number=_guard_number(number.strip()),
    )
    return _to_site(site_id)


def _mount(
    session: Session, checkpoint_id: int, reading: TagReading, pasted: PastedTag, now: datetime
) -> str:
    """Mount the tag; what the next page is to say about it, as the query of its address."""
    placement = service.assign_tag(
        session,
        checkpoint_id=checkpoint_id,
        tag=reading.tag,
        valid_from=now,
        is_confusion_accepted=pasted.is_confusion_accepted,
    )
    told = Recognised(mounted=placement.id, notation=reading.notation, notes=list(reading.notes))
    return f"?{urlencode(told.model_dump(), doseq=True)}"


def _choice(
    request: Request, error: TagAmbiguousError, pasted: PastedTag, **fields: object
) -> HTMLResponse:
    """The page on which one of several meanings is chosen; nothing has been kept yet."""
    return render(
        request,
        "tag_choice.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
        text=error.details["text"],
        readings=error.readings,
        printed=_printed,
        fields={"is_confusion_accepted": pasted.is_confusion_accepted, **fields},
        action=request.url.path,
    )


def _printed(tag: TagId | str) -> list[str]:
    """How cards and desk readers show a tag, to stand beside its hexadecimal form."""
    identity = TagId.parse(tag) if isinstance(tag, str) else tag
    return list(printed_beside(identity).values())


def _guard_number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _GUARD_NUMBER_DIGITS):
        raise GuardNumberInvalidError(number=text)
    return int(text)


def _to_site(site_id: int, query: str = "") -> Response:
    return RedirectResponse(f"/sites/{site_id}{query}", HTTPStatus.SEE_OTHER)
