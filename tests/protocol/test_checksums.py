import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchclock_protocol.checksums import crc8_maxim, crc16_modbus


def bit_by_bit(data: bytes, register: int, polynomial: int) -> int:
    for octet in data:
        register ^= octet
        for _ in range(8):
            carry = register & 1
            register >>= 1
            if carry:
                register ^= polynomial
    return register


def test_the_published_check_values_hold() -> None:
    # The check value of a CRC is that of the text 123456789 (reveng catalogue of CRC algorithms).
    assert crc8_maxim(b"123456789") == 0xA1
    assert crc16_modbus(b"123456789") == 0x4B37


def test_the_example_rom_of_the_maker_is_right() -> None:
    # Maxim application note 27, example: A2 00 00 00 01 B8 1C 02, CRC first.
    assert crc8_maxim(bytes.fromhex("021CB801000000")) == 0xA2
    assert crc8_maxim(bytes.fromhex("021CB801000000A2")) == 0


@given(st.binary(max_size=40))
def test_the_tables_agree_with_a_register_shifted_bit_by_bit(data: bytes) -> None:
    assert crc8_maxim(data) == bit_by_bit(data, 0, 0x8C)
    assert crc16_modbus(data) == bit_by_bit(data, 0xFFFF, 0xA001)


@pytest.mark.parametrize("bit", range(64))
def test_one_wrong_bit_in_a_rom_is_noticed(bit: int) -> None:
    rom = int.from_bytes(bytes.fromhex("01A1B2C30000002B"), "big") ^ (1 << bit)
    assert crc8_maxim(rom.to_bytes(8, "big")) != 0
