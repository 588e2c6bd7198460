"""The simulated vs wands from the inside: memory, log, condition, and what they refuse."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import by_hand_vs
from tests.support.inside_vs import ask, events, stored, totals
from tests.support.sim_wands import DOCKED_AT, setup_of
from watchclock_protocol.dialects.vs import replies, requests
from watchclock_protocol.dialects.vs.evidence import DECLARATIONS, EvidenceCode, Outcome, Part
from watchclock_protocol.dialects.vs.pages import read_page
from watchclock_protocol.dialects.vs.replies import Reason
from watchclock_protocol.records import KnockRecord, PatrolRecord, SystemRecord
from watchclock_protocol.values import TagId
from watchclock_sim.errors import SimulatorOptionError
from watchclock_sim.hardware.clock import WandClock
from watchclock_sim.hardware.health import HardwarePart, Health, PartFault
from watchclock_sim.hardware.profile import ClimatePlan, HardwareLife
from watchclock_sim.wands.personality import find_personality
from watchclock_sim.wands.vs import VsWand

CONTACT = "5B00000000001234"
RADIO = "5F0000000000ABCD"
BUTTON = TagId.parse("ibutton:021CB801000000A2")
RADIO_TAGS = ("em4100:0608BCBD70", "iso14443a:D5C3A711", "iso15693:E00780983E796083")
LATER = DOCKED_AT + timedelta(minutes=3)


def touched(number: str, touches: int, *, capacity: int = 100) -> VsWand:
    wand = VsWand(setup_of(number, capacity=capacity))
    tag = BUTTON if number == CONTACT else TagId.parse(RADIO_TAGS[0])
    for _ in range(touches):
        assert wand.touch(tag, DOCKED_AT, is_guard_tag=False)
    return wand


def test_a_touch_is_stored_byte_by_byte_as_the_page_of_the_protocol_says() -> None:
    wand = VsWand(setup_of(CONTACT))
    wand.select_guard(7)
    wand.touch(BUTTON, DOCKED_AT, is_guard_tag=True)
    raw = wand.memory.page(0)
    time_s = by_hand_vs.seconds(DOCKED_AT.replace(tzinfo=None))
    record = by_hand_vs.record(1, time_s=time_s, voltage_mv=4000, status=2)
    assert raw is not None
    assert raw[40:64] == record
    assert read_page(0, raw).serial == bytes.fromhex(CONTACT)


def test_a_contact_wand_reads_buttons_and_a_radio_wand_reads_cards() -> None:
    contact, radio = VsWand(setup_of(CONTACT)), VsWand(setup_of(RADIO))
    assert contact.touch(BUTTON, DOCKED_AT, is_guard_tag=False)
    assert not radio.touch(BUTTON, DOCKED_AT, is_guard_tag=False)
    for text in RADIO_TAGS:
        assert radio.touch(TagId.parse(text), DOCKED_AT, is_guard_tag=False)
        assert not contact.touch(TagId.parse(text), DOCKED_AT, is_guard_tag=False)
    assert [str(each.tag) for each in stored(radio) if isinstance(each, PatrolRecord)] == list(
        RADIO_TAGS
    )


def test_a_button_named_by_its_serial_is_stored_with_family_and_crc() -> None:
    wand = VsWand(setup_of(CONTACT))
    wand.touch(TagId.parse("ibutton:00000001B81C"), DOCKED_AT, is_guard_tag=False)
    (record,) = stored(wand)
    assert isinstance(record, PatrolRecord)
    assert str(record.tag).startswith("ibutton:011CB801000000")
    assert not record.flags


def test_mishaps_are_logged_as_the_model_can_feel_them() -> None:
    assert "reader_short" in events(touched(CONTACT, 25))
    assert any(isinstance(each, KnockRecord) for each in stored(touched(RADIO, 25)))
    assert "reader_short" not in events(touched(RADIO, 25))


def test_alarm_times_that_passed_are_logged_with_what_became_of_them() -> None:
    wand = VsWand(setup_of(CONTACT))
    midnight = DOCKED_AT.replace(hour=0, minute=0, second=0) + timedelta(days=1)
    for utc in (DOCKED_AT, midnight + timedelta(seconds=20), midnight + timedelta(hours=5)):
        wand.touch(BUTTON, utc, is_guard_tag=False)
    assert events(wand) == ["alarm", "alarm_answered", "alarm", "alarm_missed"]
    alarms = [each.time.civil for each in stored(wand) if isinstance(each, SystemRecord)]
    four = midnight + timedelta(hours=4)
    assert alarms == [
        each.replace(tzinfo=None)
        for each in (
            midnight,
            midnight + timedelta(seconds=20),
            four,
            four + timedelta(seconds=30),
        )
    ]


def test_an_alarm_rings_while_nobody_uses_the_wand_and_its_dock_is_told() -> None:
    wand = VsWand(setup_of(CONTACT))
    evening = DOCKED_AT - timedelta(hours=23)
    wand.touch(BUTTON, evening, is_guard_tag=False)
    assert events(wand) == ["alarm", "alarm_missed"] * 2
    assert [record.time.civil for record in stored(wand)] == sorted(
        record.time.civil for record in stored(wand) if record.time.civil is not None
    )


def test_power_that_was_lost_tears_the_open_page_and_costs_no_record() -> None:
    wand = touched(CONTACT, 3)
    wand.power_on(LATER)
    torn = wand.memory.page(0)
    assert torn is not None
    assert read_page(0, torn).is_torn
    assert [record.slot for record in stored(wand)] == [1, 2, 3, 4, 5]
    assert events(wand) == ["power_on", "page_torn"]
    assert totals(wand).damaged == 0


def test_half_a_record_is_told_as_damage_and_its_sequence_is_not_given_again() -> None:
    wand = touched(CONTACT, 3)
    wand.memory.lose_power(by_hand_vs.record(4)[:11])
    wand.power_on(LATER)
    assert totals(wand).damaged == 1
    assert [record.slot for record in stored(wand)] == [1, 2, 3, 5]


def test_a_clock_that_fell_back_marks_every_record_until_it_is_set() -> None:
    resets_at = DOCKED_AT + timedelta(minutes=1)
    civil = DOCKED_AT.replace(tzinfo=None)
    clock = WandClock(civil=civil, utc=DOCKED_AT, resets_at=resets_at)
    wand = VsWand(replace(setup_of(CONTACT), clock=clock))
    wand.touch(BUTTON, DOCKED_AT, is_guard_tag=False)
    wand.power_on(LATER)
    assert events(wand) == ["clock_stopped", "power_on", "page_torn"]
    (shown,) = ask(wand, requests.ReadClock())
    assert isinstance(shown, replies.ClockShown)
    assert shown.has_stopped
    ask(wand, requests.WriteClock(seconds=by_hand_vs.TOUCHED_S, milliseconds=500))
    wand.touch(BUTTON, LATER, is_guard_tag=False)
    flags = [record.flags for record in stored(wand)]
    assert [bool(each) for each in flags] == [False, True, True, True, False, False]


def test_the_clock_is_set_to_the_millisecond_and_says_what_it_showed_before() -> None:
    wand = VsWand(setup_of(CONTACT))
    (before,) = ask(wand, requests.WriteClock(seconds=1000, milliseconds=250))
    (after,) = ask(wand, requests.ReadClock())
    shown = by_hand_vs.seconds(DOCKED_AT.replace(tzinfo=None))
    assert before == replies.ClockBefore(seconds=shown, milliseconds=0)
    assert after == replies.ClockShown(seconds=1000, milliseconds=250)


def test_a_full_memory_overwrites_its_oldest_page_and_says_how_many_unread_that_cost() -> None:
    wand = touched(CONTACT, 60, capacity=10)
    ask(wand, requests.MoveReadPointer(serial=bytes.fromhex(CONTACT), sequence=10))
    before = totals(wand)
    while totals(wand).oldest_page == 0:
        wand.touch(BUTTON, DOCKED_AT, is_guard_tag=False)
    after = totals(wand)
    assert (before.overwritten, after.overwritten) == (0, 31)
    assert after.oldest_sequence == 42
    assert all(ring.is_wrapped for ring in after.rings)
    assert events(wand)[-1] == "records_overwritten"
    (gone,) = ask(
        wand, requests.ReadPages(first_page=0, pages=1, first_sequence=1, last_sequence=99)
    )
    assert gone == replies.Refusal(reason=Reason.PAGE_GONE, detail=1)


def test_acknowledged_records_cost_nothing_when_they_are_overwritten() -> None:
    wand = touched(CONTACT, 100, capacity=10)
    ask(wand, requests.MoveReadPointer(serial=bytes.fromhex(CONTACT), sequence=104))
    while totals(wand).oldest_page < 2:
        wand.touch(BUTTON, DOCKED_AT, is_guard_tag=False)
    assert totals(wand).overwritten == 0
    assert not any(ring.is_wrapped for ring in totals(wand).rings)


@pytest.mark.parametrize(
    ("serial", "sequence", "reason", "detail"),
    [
        (RADIO, 5, Reason.OTHER_WAND, 0),
        (CONTACT, 12, Reason.OUT_OF_RANGE, 11),
        (CONTACT, 2, Reason.OUT_OF_RANGE, 3),
    ],
    ids=["another wand's", "beyond the newest", "backwards"],
)
def test_an_acknowledgement_that_cannot_be_meant_is_refused(
    serial: str, sequence: int, reason: Reason, detail: int
) -> None:
    wand = touched(CONTACT, 10)
    ask(wand, requests.MoveReadPointer(serial=bytes.fromhex(CONTACT), sequence=3))
    unread = totals(wand).unread
    refused = ask(wand, requests.MoveReadPointer(serial=bytes.fromhex(serial), sequence=sequence))
    assert refused == [replies.Refusal(reason=reason, detail=detail)]
    assert totals(wand).unread == unread


def test_the_same_acknowledgement_twice_changes_nothing() -> None:
    wand = touched(CONTACT, 10)
    request = requests.MoveReadPointer(serial=bytes.fromhex(CONTACT), sequence=3)
    assert ask(wand, request) == ask(wand, request) == [replies.ReadPointer(sequence=3)]
    assert events(wand) == ["records_read"]


def test_memory_is_erased_only_when_everything_was_acknowledged_and_numbers_go_on() -> None:
    wand = touched(CONTACT, 10)
    erase = requests.EraseMemory(serial=bytes.fromhex(CONTACT))
    assert ask(wand, erase) == [replies.Refusal(reason=Reason.UNREAD_RECORDS, detail=10)]
    newest = totals(wand).newest_sequence
    wand.memory.acknowledge(newest)
    assert ask(wand, requests.EraseMemory(serial=bytes(8))) == [
        replies.Refusal(reason=Reason.OTHER_WAND)
    ]
    assert ask(wand, erase) == [replies.Done()]
    after = totals(wand)
    assert (after.oldest_sequence, after.oldest_page, after.formats) == (newest + 1, 1, 1)
    assert events(wand) == ["memory_erased"]


@pytest.mark.parametrize("pages", [0, 65])
def test_a_number_of_pages_out_of_range_is_refused(pages: int) -> None:
    asked = requests.ReadPages(first_page=0, pages=pages, first_sequence=1, last_sequence=9)
    refusal = replies.Refusal(reason=Reason.OUT_OF_RANGE, detail=64)
    assert ask(touched(CONTACT, 3), asked) == [refusal]


@pytest.mark.parametrize(("number", "model"), [(CONTACT, "VS5000B"), (RADIO, "VF5000+")])
def test_a_wand_declares_what_its_model_can_produce_and_sends_nothing_else(
    number: str, model: str
) -> None:
    wand = touched(number, 30)
    (identity,) = ask(wand, requests.ReadIdentity())
    (declaration,) = ask(wand, requests.ReadDeclaration())
    (evidence,) = ask(wand, requests.ReadEvidence())
    assert isinstance(identity, replies.IdentityReply)
    assert isinstance(declaration, replies.Declaration)
    assert isinstance(evidence, replies.EvidenceReply)
    assert (identity.model, identity.number) == (model, number)
    assert declaration.codes == DECLARATIONS[model]
    assert {item.code for item in evidence.items} == DECLARATIONS[model]


@pytest.mark.parametrize("number", [CONTACT, RADIO])
def test_a_wand_to_which_a_humidity_sensor_was_fitted_declares_and_tells_humidity(
    number: str,
) -> None:
    climate = ClimatePlan(humidity_percent=55, has_humidity_sensor=True)
    wand = VsWand(replace(setup_of(number), life=HardwareLife(climate=climate)))
    (declaration,) = ask(wand, requests.ReadDeclaration())
    (evidence,) = ask(wand, requests.ReadEvidence())
    assert isinstance(declaration, replies.Declaration)
    assert isinstance(evidence, replies.EvidenceReply)
    assert declaration.codes == DECLARATIONS[wand.model.name] | {EvidenceCode.HUM}
    assert {item.code for item in evidence.items} == declaration.codes
    (humidity,) = (item for item in evidence.items if item.code is EvidenceCode.HUM)
    assert (humidity.value, humidity.detail) == (55, 0)


def test_the_self_test_reports_every_part_asked_for_and_is_logged() -> None:
    stuck = PartFault(part=HardwarePart.KEYS, health=Health.DEAD, per_mille=1000, measured=4)
    wand = VsWand(replace(setup_of(CONTACT), life=HardwareLife(faults=(stuck,))))
    (report,) = ask(wand, requests.RunSelfTest(parts=0b111111111))
    assert isinstance(report, replies.SelfTestReport)
    assert [result.part for result in report.results] == list(Part)
    outcomes = {Part(result.part): Outcome(result.outcome) for result in report.results}
    assert outcomes[Part.KEYS] is Outcome.FAILED
    assert outcomes[Part.LCD] is Outcome.NEEDS_A_PERSON
    assert outcomes[Part.BATTERY_UNDER_LOAD] is Outcome.PASSED
    (logged,) = [each for each in stored(wand) if isinstance(each, SystemRecord)]
    assert (logged.meanings, logged.value) == (("self_tested",), 0b10)


def test_only_the_parts_asked_for_are_tested() -> None:
    (report,) = ask(touched(RADIO, 1), requests.RunSelfTest(parts=0b100000001))
    assert isinstance(report, replies.SelfTestReport)
    assert [result.part for result in report.results] == [Part.CASE_SENSOR, 9]


@given(st.lists(st.sampled_from(["touch", "power", "acknowledge", "half"]), max_size=120))
def test_what_the_counters_announce_is_what_the_pages_hold(happenings: list[str]) -> None:
    wand = touched(CONTACT, 1, capacity=40)
    for happening in happenings:
        match happening:
            case "touch":
                wand.touch(BUTTON, DOCKED_AT, is_guard_tag=False)
            case "power":
                wand.power_on(DOCKED_AT)
            case "half":
                half = by_hand_vs.record(wand.memory.newest_sequence + 1)[:11]
                wand.memory.lose_power(half)
            case _:
                wand.memory.acknowledge(wand.memory.newest_sequence)
    told = totals(wand)
    unread = [each for each in stored(wand) if (each.slot or 0) > told.read_pointer]
    assert told.unread == len(unread)
    slots = [each.slot or 0 for each in stored(wand)]
    assert slots == sorted(set(slots))


@pytest.mark.parametrize("number", ["5B0000000000123", "5b00000000001234", "5A00000000001234"])
def test_a_number_that_is_no_serial_of_these_models_is_refused(number: str) -> None:
    with pytest.raises(SimulatorOptionError):
        find_personality("vs").check_number(number)
