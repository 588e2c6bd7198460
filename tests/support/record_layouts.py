"""Made-up record layouts that use, between them, everything a layout can declare."""

from construct import (
    Array,
    Bytes,
    Const,
    Int8sb,
    Int8ub,
    Int16sl,
    Int16ub,
    Int16ul,
    Int24sl,
    Int24ub,
    Int32ub,
    Int32ul,
    Int64ub,
    Padding,
    Struct,
)

from watchclock_protocol.checksums import complement_sum, low_byte_sum
from watchclock_protocol.fields import check_sum, wand_seconds, wand_time
from watchclock_protocol.record_layout import RecordLayout
from watchclock_protocol.record_rules import (
    FlagRule,
    KindRule,
    NumberRule,
    PartRule,
    PrefixRule,
    TagRule,
    TagShape,
)
from watchclock_protocol.records import RecordFlag, RecordKind
from watchclock_protocol.values import TagTechnology, TimeCoding

__all__ = ["MADE_UP", "STUDY"]

_RFID = TagTechnology.RFID

# The record of the throughput study: 16 bytes, two whole words, a plain byte sum.
STUDY = RecordLayout(
    name="made_up.study",
    declaration=Struct(
        "serial" / Int32ul,
        "time" / wand_time("yMdHms", TimeCoding.BCD),
        "tag" / Bytes(4),
        "status" / Int8ub,
        "sum" / check_sum(low_byte_sum, 15),
    ),
    kind=RecordKind.PATROL,
    tag=TagRule(field="tag", shape=TagShape(technology=_RFID, octets=4)),
)

_MIXED = RecordLayout(
    name="made_up.mixed",
    declaration=Struct(
        "sequence" / Int32ul,
        "kind" / Int8ub,
        "code" / Int8ub,
        "guard" / Int16ul,
        "time" / wand_seconds(),
        "subject" / Bytes(8),
        "spare" / Padding(2),
        "status" / Int8ub,
        "sum" / check_sum(complement_sum, 23),
    ),
    kind=KindRule(field="kind", kinds={1: RecordKind.PATROL, 2: RecordKind.KNOCK}),
    slot="sequence",
    tag=TagRule(
        field="subject",
        shape=TagShape(technology=_RFID, octets=8),
        selector="code",
        shapes={
            1: TagShape(technology=TagTechnology.IBUTTON, octets=8, is_rom=True),
            2: TagShape(technology=TagTechnology.EM4100, octets=5),
            3: TagShape(technology=TagTechnology.IBUTTON, octets=6, zeros_skipped=3),
        },
    ),
    guard=NumberRule(field="guard", none=frozenset({0, 0xFFFF})),
    guard_tag=("status", frozenset({2, 3})),
    code=("kind", "code"),
    meanings={0x0301: ("reader_short",), 0x0511: ("power_on",)},
    value=PartRule(field="subject", start=0, octets=4),
    strength_mg=PartRule(field="subject", start=4, octets=3),
    flags=(
        FlagRule(flag=RecordFlag.UNKNOWN_STATE, field="status", values=frozenset({0x99})),
        FlagRule(
            flag=RecordFlag.UNKNOWN_CODE,
            field="guard",
            values=frozenset(range(0xFF00)),
            when_listed=False,
        ),
    ),
)

_BIG_ENDIAN = RecordLayout(
    name="made_up.big_endian",
    declaration=Struct(
        "mark" / Const(b"\x00"),
        "number" / Int24ub,
        "offset" / Int16sl,
        "time" / wand_time("smHdMy", TimeCoding.BINARY),
        "wide" / Int64ub,
        "signed" / Int8sb,
        "odd" / Int24sl,
        "pair" / Array(2, Int16ub),
        "inner" / Struct("deep" / Int32ub),
        "tag" / Bytes(5),
    ),
    kind=RecordKind.PATROL,
    slot="number",
    tag=TagRule(field="tag", shape=TagShape(technology=TagTechnology.EM4100, octets=5)),
    guard=NumberRule(field="inner.deep"),
    flags=(PrefixRule(flag=RecordFlag.EMPTY_SLOT, prefix=b"\x00\xff"),),
)

_SHORT = RecordLayout(
    name="made_up.short",
    declaration=Struct(
        "time" / wand_time("yMdHm", TimeCoding.BINARY),
        "tag" / Bytes(1),
        "sum" / check_sum(low_byte_sum, 6),
    ),
    kind=RecordKind.PATROL,
    tag=TagRule(field="tag", shape=TagShape(technology=_RFID, octets=1)),
)

_KNOCK = RecordLayout(
    name="made_up.knock",
    declaration=Struct("time" / wand_time("yMdHms", TimeCoding.BINARY), "spare" / Padding(2)),
    kind=RecordKind.KNOCK,
)

MADE_UP = (STUDY, _MIXED, _BIG_ENDIAN, _SHORT, _KNOCK)
