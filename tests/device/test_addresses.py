import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchclock_device.addresses import Address, parse_address
from watchclock_device.errors import AddressError


@pytest.mark.parametrize(
    ("text", "scheme", "target", "dialect"),
    [
        ("/dev/ttyUSB0", "serial", "/dev/ttyUSB0", None),
        ("serial:/dev/ttyUSB0", "serial", "/dev/ttyUSB0", None),
        ("serial:COM7", "serial", "COM7", None),
        ("tcp:192.0.2.7:7001", "tcp", "192.0.2.7:7001", None),
        ("tcp:[::1]:7001", "tcp", "[::1]:7001", None),
        ("socket://192.0.2.7:7001", "tcp", "192.0.2.7:7001", None),
        ("/dev/ttyUSB0?dialect=fcard", "serial", "/dev/ttyUSB0", "fcard"),
        ("tcp:dock:7001?dialect=wm5000t", "tcp", "dock:7001", "wm5000t"),
        ("kiosk:anything", "kiosk", "anything", None),
        ("rfc2217:192.0.2.7:7001", "rfc2217", "192.0.2.7:7001", None),
        ("rfc2217://192.0.2.7:7001", "rfc2217", "192.0.2.7:7001", None),
        ("usb:1209:0003", "usb", "1209:0003", None),
        ("usb:1209:0003:5F01?dialect=vs", "usb", "1209:0003:5F01", "vs"),
        ("hid:1209:0003", "hid", "1209:0003", None),
    ],
)
def test_an_address_names_its_driver_target_and_dialect(
    text: str, scheme: str, target: str, dialect: str | None
) -> None:
    assert parse_address(text) == Address(scheme=scheme, target=target, dialect=dialect)


def test_an_address_names_the_unit_on_a_shared_line() -> None:
    both = parse_address("tcp:modem:7001?dialect=xgd&unit=42")
    assert both == Address(scheme="tcp", target="modem:7001", dialect="xgd", unit=42)
    assert parse_address("/dev/ttyUSB0?unit=3").text == "serial:/dev/ttyUSB0?unit=3"


def test_a_bare_word_among_the_options_is_a_switch_for_the_driver() -> None:
    told = parse_address("rfc2217:dock:7001?ign_set_control&dialect=fcard")
    switches = frozenset({"ign_set_control"})
    assert told == Address(
        scheme="rfc2217", target="dock:7001", dialect="fcard", switches=switches
    )
    assert told.text == "rfc2217:dock:7001?dialect=fcard&ign_set_control"


@pytest.mark.parametrize(
    "text",
    [
        *("", "ttyUSB0", ":", "serial:", ":/dev/ttyUSB0", "tcp:a:1?baud=9600", "/dev/x?dialect="),
        *("/dev/x?unit=", "/dev/x?unit=three", "/dev/x?unit=-1", "/dev/x?unit=1234567890"),
        *("/dev/x?profile=", "/dev/x?dialect", "/dev/x?switch=", "/dev/x?switch=on"),
        "/dev/x?9600",
    ],
)
def test_what_is_no_address_is_refused_with_the_next_step(text: str) -> None:
    with pytest.raises(AddressError) as refused:
        parse_address(text)
    assert refused.value.code == "device.address"
    assert "auto" in refused.value.next_step


@given(
    st.builds(
        Address,
        scheme=st.sampled_from(["serial", "tcp", "kiosk"]),
        target=st.text("abcXYZ019:._[]-", min_size=1),
        dialect=st.none() | st.text("abcxyz0189_", min_size=1),
        profile=st.none() | st.text("abcxyz0189_", min_size=1),
        unit=st.none() | st.integers(0, 999_999_999),
        switches=st.frozensets(st.sampled_from(["ign_set_control", "loud", "q2"])),
    )
)
def test_an_address_survives_being_written_and_read(address: Address) -> None:
    assert parse_address(address.text) == address
