"""Kinds, doubts and events of records in words people read; scripts get the codes instead."""

from collections.abc import Mapping
from typing import Final

from watchclock.language import translate as _
from watchclock_protocol.records import RecordFlag, RecordKind

__all__ = ["EVENT_WORDS", "FLAG_WORDS", "KIND_WORDS"]

KIND_WORDS: Final[Mapping[str, str]] = {
    RecordKind.PATROL: _("patrol"),
    RecordKind.SYSTEM: _("system"),
    RecordKind.KNOCK: _("knock"),
}

FLAG_WORDS: Final[Mapping[str, str]] = {
    RecordFlag.TIME_NOT_DECIMAL: _("time in no decimal digits"),
    RecordFlag.TIME_IMPOSSIBLE: _("impossible time"),
    RecordFlag.TIME_CODING_UNCERTAIN: _("uncertain time coding"),
    RecordFlag.EMPTY_SLOT: _("empty slot"),
    RecordFlag.UNKNOWN_CODE: _("unknown code"),
    RecordFlag.UNKNOWN_STATE: _("unknown state"),
    RecordFlag.CLOCK_STOPPED: _("the clock had stopped and nobody had set it"),
    RecordFlag.TAG_CHECK_SUM: _("the tag's check sum is wrong"),
    RecordFlag.TAG_IMPOSSIBLE: _("no tag can have this number"),
}

EVENT_WORDS: Final[Mapping[str, str]] = {
    "power_on": _("switched on"),
    "records_initialised": _("records initialised"),
    "charging_started": _("charging began"),
    "charging_ended": _("charging ended"),
    "voltage_too_low": _("voltage too low"),
    "voltage_too_high": _("voltage too high"),
    "voltage_normal": _("voltage normal again"),
    "reader_short": _("short circuit at the contact"),
    "alarm": _("alarm"),
    "impact": _("impact"),
    "tilt": _("tilted"),
    "motionless": _("not moved"),
    "housing_opened": _("housing opened"),
    "gps_track": _("place on the way"),
    "gps_checkpoint": _("checkpoint by satellite"),
    "free_event": _("event entered by the guard"),
    "video": _("video"),
    "picture": _("picture"),
    "moisture": _("moisture"),
    "over_temperature": _("too hot"),
    "unexpected_restart": _("unexpected restart"),
    "memory_full": _("memory full"),
    "tampered": _("tampered with"),
    "restart": _("restarted"),
    "clock_wrong": _("clock wrong"),
    "staff_cleared": _("staff list cleared"),
    "staff_added": _("staff member added"),
    "staff_deleted": _("staff member deleted"),
    "staff_changed": _("staff member changed"),
    "card_records_read": _("patrol records read"),
    "system_records_read": _("system records read"),
    "card_records_cleared": _("patrol records cleared"),
    "system_records_cleared": _("system records cleared"),
    "reader_short_lasting": _("lasting short circuit at the contact"),
    "alarm_answered": _("alarm answered"),
    "alarm_missed": _("alarm missed"),
    "clock_set": _("clock set"),
    "clock_stopped": _("clock had stopped"),
    "records_read": _("records read"),
    "memory_erased": _("memory erased"),
    "checkpoints_changed": _("checkpoint names changed"),
    "alarms_changed": _("alarm times changed"),
    "page_torn": _("power lost while writing"),
    "records_overwritten": _("unread records overwritten"),
    "self_tested": _("self-test done"),
    "temperature_limit": _("too hot or too cold"),
    "docked": _("put into the dock"),
}
"""Words for the meanings of system records; another dialect's meaning is shown by its name."""
