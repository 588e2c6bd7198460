"""Debian's own kernel takes simulated wands for real hardware, and they are downloaded in it.

One boot tries everything; the tests judge what it reported. docs/kernel-tier.md tells how to run
this alone and how to look inside when it fails.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import pytest

from tests.kernel.guest.line_trials import WRONG
from tests.kernel.line_witness import WITNESS_IDS
from tests.kernel.machine.virtual_machine import MachineMissingError, found_machine
from tests.kernel.orders import DockingReport, LineReport
from tests.kernel.simulators import SimulatedWand
from tests.kernel.trial import Trial, try_wands
from tests.support.docks import captures_in, decoded_in, natural_keys, vainly_acknowledged
from watchclock_protocol.capture import Step, StepName, StepState
from watchclock_protocol.records import PatrolRecord
from watchclock_protocol.replay import replay
from watchclock_protocol.tags.matching import matches
from watchclock_sim.generated import generated_touches
from watchclock_sim.wands.personality import find_personality
from watchclock_sim.wands.usb_profile import UsbKind

pytestmark = pytest.mark.kernel

CDC_ACM: Final = {"0": "cdc_acm", "1": "cdc_acm"}
CP210X: Final = {"0": "cp210x"}
BULK_AND_HID: Final = {"0": "", "1": "usbhid"}

OVER_USBIP: Final = (
    SimulatedWand(
        name="vs-contact",
        dialect="vs",
        number="5B00000000001234",
        records=150,
        pulled_at=2500,
        scheme="serial",
        usb_id=(0x1209, 0x0002),
        drivers=CDC_ACM,
    ),
    SimulatedWand(
        name="fcard",
        dialect="fcard",
        number="7",
        records=100,
        pulled_at=1000,
        scheme="serial",
        usb_id=(0x1209, 0x0001),
        drivers=CDC_ACM,
    ),
    SimulatedWand(
        name="kaihe_eb",
        dialect="kaihe_eb",
        number="00A1B2C3D4",
        records=20,
        pulled_at=330,
        scheme="serial",
        usb_id=(0x10C4, 0xEA60),
        drivers=CP210X,
    ),
    SimulatedWand(
        name="wm5000t",
        dialect="wm5000t",
        number="531932",
        records=20,
        pulled_at=230,
        scheme="serial",
        usb_id=(0x10C4, 0xEA60),
        drivers=CP210X,
    ),
    SimulatedWand(
        name="vs-radio-bulk",
        dialect="vs",
        number="5F0000000000ABCD",
        records=600,
        pulled_at=9000,
        scheme="usb",
        usb_id=(0x1209, 0x0003),
        drivers=BULK_AND_HID,
    ),
    SimulatedWand(
        name="vs-radio-hid",
        dialect="vs",
        number="5F0000000000ABCE",
        records=250,
        pulled_at=3000,
        scheme="hid",
        usb_id=(0x1209, 0x0003),
        drivers=BULK_AND_HID,
    ),
)
OVER_USBREDIR: Final = (
    SimulatedWand(
        name="fcard-usbredir",
        dialect="fcard",
        number="8",
        records=100,
        pulled_at=1000,
        scheme="serial",
        usb_id=(0x1209, 0x0001),
        drivers=CDC_ACM,
    ),
    SimulatedWand(
        name="vs-radio-usbredir",
        dialect="vs",
        number="5F0000000000ABCF",
        records=250,
        pulled_at=3000,
        scheme="hid",
        usb_id=(0x1209, 0x0003),
        drivers=BULK_AND_HID,
    ),
)
CONTROLLERS: Final = {wand.name: "vhci_hcd" for wand in OVER_USBIP} | {
    wand.name: "xhci_hcd" for wand in OVER_USBREDIR
}
WITNESSES: Final = ("cdc_acm", "cp210x")
DESK_READERS: Final = {"fcard_reader": (0x1209, 0x0001)}
OWN_ENTRIES: Final = {"vs": 2}
"""What a wand notes in its own log when it is downloaded and its clock is set."""

every_wand = pytest.mark.parametrize(
    "wand", [*OVER_USBIP, *OVER_USBREDIR], ids=lambda wand: wand.name
)
every_witness = pytest.mark.parametrize("witness", WITNESSES)


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """The one boot; skips the module when there is nothing to boot."""
    try:
        machine = found_machine()
    except MachineMissingError as error:
        pytest.skip(f"no virtual machine: {error}")
    return try_wands(
        machine,
        tmp_path_factory.mktemp("kernel"),
        over_usbip=OVER_USBIP,
        over_usbredir=OVER_USBREDIR,
        witnesses=WITNESSES,
        desk_readers=DESK_READERS,
    )


def docking_of(trial: Trial, wand: SimulatedWand) -> DockingReport:
    """What was reported of the wand; fails with the guest's own words when it went wrong."""
    found = [each for each in trial.reports.dockings if each.name == wand.name]
    if not found or found[0].trouble:
        told = found[0].trouble if found else trial.boot.console[-2000:]
        pytest.fail(f"{wand.name} was not carried through; all is in {trial.folder}\n{told}")
    return found[0]


def line_of(trial: Trial, witness: str) -> LineReport:
    """What was reported of the serial device."""
    found = [each for each in trial.reports.lines if each.name == witness]
    if not found or found[0].trouble:
        told = found[0].trouble if found else trial.boot.console[-2000:]
        pytest.fail(f"{witness} was not carried through; all is in {trial.folder}\n{told}")
    return found[0]


def patrols_of(records: Sequence[object]) -> list[PatrolRecord]:
    """The touches among records, in the order of their times, which all are possible ones."""
    patrols = [record for record in records if isinstance(record, PatrolRecord)]
    return sorted(patrols, key=lambda record: str(record.time.civil))


def test_the_guest_carries_out_its_orders_and_switches_itself_off(trial: Trial) -> None:
    assert trial.boot.code == 0, f"{trial.folder}\n{trial.boot.console[-4000:]}"
    assert len(trial.reports.dockings) == len(CONTROLLERS)
    assert len(trial.reports.lines) == len(WITNESSES)


@every_wand
def test_the_kernel_binds_the_driver_it_has_for_such_hardware(
    trial: Trial, wand: SimulatedWand
) -> None:
    for device in docking_of(trial, wand).devices:
        assert device.controller == CONTROLLERS[wand.name]
        assert (device.vendor, device.product) == wand.usb_id
        assert device.drivers == wand.drivers
        assert device.nodes


@every_wand
def test_a_cable_pulled_in_the_middle_is_told_as_a_lost_link(
    trial: Trial, wand: SimulatedWand
) -> None:
    docking = docking_of(trial, wand)
    pulled = docking.attempts[0]
    assert (pulled.error, pulled.is_device_gone) == ("device.link_lost", True)
    before, after = docking.devices
    assert before.address != after.address
    interrupted = [
        capture
        for capture in captures_in(trial.folder / wand.name)
        for step in capture.blocks
        if isinstance(step, Step) and (step.name, step.state) == (StepName.READ, StepState.FAILED)
    ]
    assert interrupted
    assert all(len(replay(capture).records) < wand.records for capture in interrupted)


@every_wand
def test_after_the_pulled_cable_every_record_is_there_exactly_once(
    trial: Trial, wand: SimulatedWand
) -> None:
    _, whole, _ = docking_of(trial, wand).attempts
    assert (whole.error, whole.is_acknowledged) == ("", True)
    assert whole.received == whole.announced
    captures = [each for each in decoded_in(trial.folder / wand.name) if each.is_complete]
    fullest = max(captures, key=lambda decoded: len(decoded.records))
    patrols = patrols_of([keyed.record for keyed in fullest.records])
    technology = find_personality(wand.dialect).technology(wand.number)
    touches = list(generated_touches(wand.records, 0, technology))
    offset = datetime.now().astimezone().utcoffset()
    assert offset is not None
    assert [record.time.civil for record in patrols] == [
        (touch.utc + offset).replace(tzinfo=None) for touch in touches
    ]
    assert [
        r.tag for r, t in zip(patrols, touches, strict=True) if not matches(r.tag, t.tag)
    ] == []


@every_wand
def test_neither_the_pulled_nor_the_second_download_adds_a_record(
    trial: Trial, wand: SimulatedWand
) -> None:
    _, whole, again = docking_of(trial, wand).attempts
    own = OWN_ENTRIES.get(wand.dialect, 0)
    assert (again.error, again.announced, again.received) == ("", own, own)
    assert len(natural_keys(trial.folder / wand.name)) == whole.received + own
    assert vainly_acknowledged(trial.folder / wand.name) == []


@every_wand
def test_at_least_one_of_the_downloads_was_understood_at_once(
    trial: Trial, wand: SimulatedWand
) -> None:
    assert min(attempt.repeats for attempt in docking_of(trial, wand).attempts) == 0


@pytest.mark.parametrize("name", DESK_READERS)
def test_a_desk_reader_s_tags_are_read(trial: Trial, name: str) -> None:
    (report,) = (each for each in trial.reports.readers if each.name == name)
    assert report.trouble == ""
    personality = find_personality(name)
    technology = personality.technology(personality.default_number)
    assert report.tags == [str(touch.tag) for touch in generated_touches(3, 0, technology)]


@every_witness
def test_speed_and_form_of_a_character_arrive_at_the_device(trial: Trial, witness: str) -> None:
    seen = line_of(trial, witness).seen
    forms = {name: form_of(seen[name]) for name in ("4800 7E1", "115200 8O2", "9600 8N1")}
    assert forms == {
        "4800 7E1": (4800, 7, "E", 1),
        "115200 8O2": (115_200, 8, "O", 2),
        "9600 8N1": (9600, 8, "N", 1),
    }


def form_of(line: Mapping[str, Any]) -> tuple[int, int, str, float]:
    return line["baud"], line["data_bits"], line["parity"], line["stop_bits"]


@every_witness
def test_the_host_s_lines_and_its_break_arrive_at_the_device(trial: Trial, witness: str) -> None:
    seen = line_of(trial, witness).seen
    levels = {name: (line["dtr"], line["rts"], line["is_break"]) for name, line in seen.items()}
    assert levels["opened"] == (True, True, False)
    assert levels["dtr off"] == (False, True, False)
    assert levels["dtr on"] == levels["rts on"] == (True, True, False)
    assert levels["rts off"] == (True, False, False)
    assert levels["break on"] == (True, True, True)
    assert levels["break off"] == (True, True, False)


@every_witness
def test_the_device_s_lines_are_shown_to_the_host(trial: Trial, witness: str) -> None:
    shown = line_of(trial, witness).shown
    assert shown["dsr off"] == {"dsr": False, "cd": True, "ri": False}
    assert shown["cd off"] == {"dsr": True, "cd": False, "ri": False}
    assert shown["ri on"] == {"dsr": True, "cd": True, "ri": True}
    assert shown["all quiet"] == {"dsr": True, "cd": True, "ri": False}


def test_a_program_that_checks_parity_reads_which_characters_a_bridge_got_wrong(
    trial: Trial,
) -> None:
    # The kernel turns embedded events on: FF 00 marks a character, and a line that moves is none.
    heard = line_of(trial, "cp210x").heard
    assert heard == {
        "nothing": "00 ec 03 ec 41",
        "parity": "ff 00 41",
        "frame": "ff 00 ec",
        "brk": "ff 00 00",
        "overrun": "42",
    }


def test_cdc_acm_tells_errors_beside_the_characters(trial: Trial) -> None:
    # Of a break the kernel puts a mark of its own among them, where its notice happens to arrive.
    heard = bytes.fromhex("".join(line_of(trial, "cdc_acm").heard.values()))
    sent = bytes.fromhex("".join(octets for _, octets in WRONG.values()))
    assert heard.replace(b"\xff\x00\x00", b"") == sent


@every_witness
def test_the_kernel_counts_the_errors_that_the_device_tells(trial: Trial, witness: str) -> None:
    counted = line_of(trial, witness).counted
    assert counted == {"frame": 1, "overrun": 1, "parity": 1, "brk": 1}


@every_witness
def test_debian_s_client_lists_the_device_and_lets_go_of_it(trial: Trial, witness: str) -> None:
    line = line_of(trial, witness)
    vendor, product = WITNESS_IDS[UsbKind(witness)]
    assert f"({vendor:04x}:{product:04x})" in line.listed
    assert line.is_detached


def test_every_wand_is_listed_with_its_vendor_and_product(trial: Trial) -> None:
    wands = (*OVER_USBIP, *OVER_USBREDIR)
    hardware = [port.hardware for port in trial.reports.ports if port.hardware]
    wanted = [
        f"VID:PID={vendor:04X}:{product:04X}" for vendor, product in {w.usb_id for w in wands}
    ]
    assert [each for each in wanted if not any(each in listed for listed in hardware)] == []
    schemes = {port.address.partition(":")[0] for port in trial.reports.ports}
    assert schemes >= {"serial", "usb", "hid"}
