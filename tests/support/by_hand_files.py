"""Lines of makers' export files, written without any of watchclock's code."""

from pathlib import Path

GOLDEN = Path(__file__).resolve().parents[1] / "golden"

FORMATS = ("jwm_z", "wm_web_usb", "fycomm", "k510")


def golden(name: str) -> bytes:
    return (GOLDEN / name).read_bytes()


def jwm_z(
    kind: int | str = 2,
    *,
    guard: str = "0",
    site: str = "00AFCD11",
    time: str = "261121083409",
    content: str = "",
    device: str | None = "0802-1001",
) -> str:
    """A line of the JWM Z record file, without its end."""
    place = ("0.000000", "0.000000", "0.00", "0.00", "0")
    fields = [str(kind), "0", guard, site, *place, time, "0", "0", f"({content})"]
    return "\t".join(fields + ([] if device is None else [device]))


def wm_web_usb(
    tag: str = "000000AFCD11", time: str = "20261121083409", wand: str | None = "1001"
) -> str:
    """A line of WmWebUsb; without a wand as the V5 writes it."""
    return ",".join([*([] if wand is None else [wand]), tag, time])


def fycomm(number: int = 1, time: str = "261121083409", card: str = "0062E8CD") -> str:
    """A record of FYComm."""
    return f"{number:04X}{time}{card}"


def k510(number: int = 1, time: str = "26-11-21 08:34:09", card: str = "00AFCD11") -> str:
    """A record of the K510."""
    return f"{number:05d},{time},{card}"


ONE_LINE = {"jwm_z": jwm_z(), "wm_web_usb": wm_web_usb(), "fycomm": fycomm(), "k510": k510()}


def text_of(*lines: str, charset: str = "utf-8") -> bytes:
    """The lines as a file of a system with CR LF."""
    return "".join(f"{line}\r\n" for line in lines).encode(charset)
