"""Every way a dock, its spool or its server can fail a download, each with a stable code.

DeviceError
    AddressError           `serail:/dev/ttyUSB0`
    TimeZoneError          `--time-zone Asia/Shanghia`
    DriverUnknownError     no driver for the scheme of the address
    DriverConflictError    two installed drivers claim one scheme
    DriverMissingError     the library of a driver is not installed
    PortNotFoundError      the cable is not plugged in, nobody listens on the TCP port
    PortBusyError          another program, or another download, has the port
    PortForbiddenError     the user may not open serial ports
        UsbForbiddenError  the user may not open USB devices
    PortUnusableError      the path is a file or a printer, not a serial port
    LineRefusedError       a serial server does not set speed or line levels as it was asked
    LinkLostError          the cable was pulled, the peer closed the connection
    NoWandError            nothing answers in any dialect
    SeveralWandsError      more than one wand answers: which one is meant?
    WrongDialectError      the wand speaks another dialect than it was asked to
    DeskReaderUnknownError the dialect of the address is not that of a desk reader
    NoDeskReaderError      no desk reader answers
    VerificationError      the capture on disk is not what the wand sent
    SpoolError             the spool cannot be written
        DiskFullError      no space left
UploadError
    ServerDownError        no connection, or it broke
    ServerFailedError      the server answered 5xx
    ServerAnswerError      the answer is no answer of a watchclock server
    TokenRefusedError      the server does not accept the token
    CaptureRefusedError    the server does not take this capture
    CaptureConflictError   the server holds other records under the same names
"""

from watchclock_protocol.errors import CodedError

__all__ = [
    "AddressError",
    "CaptureConflictError",
    "CaptureRefusedError",
    "CaptureTooLargeError",
    "DeskReaderUnknownError",
    "DeviceError",
    "DiskFullError",
    "DockClockError",
    "DriverConflictError",
    "DriverMissingError",
    "DriverUnknownError",
    "LineRefusedError",
    "LinkLostError",
    "NoDeskReaderError",
    "NoWandError",
    "NoiseError",
    "PortBusyError",
    "PortForbiddenError",
    "PortNotFoundError",
    "PortUnusableError",
    "ServerAnswerError",
    "ServerDownError",
    "ServerFailedError",
    "SeveralWandsError",
    "SpoolError",
    "TimeZoneError",
    "TokenMissingError",
    "TokenRefusedError",
    "TokenUnusableError",
    "UploadError",
    "UsbForbiddenError",
    "VerificationError",
    "WrongDialectError",
]


class DeviceError(CodedError):
    """Something about addresses, ports, links, wands or the spool."""

    code = "device.error"
    template = "The download could not be done."
    next_step = "Dock the wand again; nothing was changed on it."


class AddressError(DeviceError):
    """An address that names no port."""

    code = "device.address"
    template = "{address} is not an address: {reason}."
    next_step = (
        "Write auto, a device path such as /dev/ttyUSB0, tcp:HOST:PORT, rfc2217:HOST:PORT,"
        " usb:VID:PID or hid:VID:PID, each with ?dialect=NAME&unit=NUMBER where needed."
    )


class TimeZoneError(DeviceError):
    """A time zone nobody knows."""

    code = "device.time_zone"
    template = "There is no time zone named {name}."
    next_step = "Write the IANA name of the site's zone, for example Asia/Shanghai."


class DriverUnknownError(DeviceError):
    """No installed driver opens addresses of this scheme."""

    code = "device.driver_unknown"
    template = "No driver opens {scheme} addresses."
    next_step = "Use one of these schemes: {known}."


class DriverConflictError(DeviceError):
    """Two installed drivers claim the same scheme, so which one opens a port would be chance."""

    code = "device.driver_conflict"
    template = "Two drivers claim the scheme {scheme}: {first} and {second}."
    next_step = "Uninstall one of the two packages."


class DriverMissingError(DeviceError):
    """A driver is registered, but the library it needs is not installed."""

    code = "device.driver_missing"
    template = "The driver {driver} needs the library {library}, which is not installed."
    next_step = 'Install it with: pip install "{package}"'


class PortNotFoundError(DeviceError):
    """There is no such port, or nobody listens behind it."""

    code = "device.port_not_found"
    template = "There is no port at {address}."
    next_step = (
        "Plug the dock in, then look at what watchclock ports lists; "
        "at an address on the network, start what serves it."
    )


class PortBusyError(DeviceError):
    """Another program holds the port."""

    code = "device.port_busy"
    template = "Another program is using {address}."
    next_step = "Close the other program or wait until its download ends, then try again."


class PortForbiddenError(DeviceError):
    """The user has no right to open the port."""

    code = "device.port_forbidden"
    template = "You are not allowed to open {address}."
    next_step = (
        "Join the group that owns serial ports (sudo usermod -aG dialout $USER, then sign in"
        " again) or install device/udev/70-watchclock.rules."
    )


class UsbForbiddenError(PortForbiddenError):
    """The user has no right to open a USB device; no group gives it, only a rule for udev."""

    code = "device.usb_forbidden"
    next_step = (
        "Install device/udev/70-watchclock.rules as device/README.md says, then plug the wand in"
        " again."
    )


class PortUnusableError(DeviceError):
    """The port exists but is not one a wand can be on."""

    code = "device.port_unusable"
    template = "{address} cannot be used as a port: {reason}."
    next_step = "Name the port of the dock; watchclock ports lists all ports."


class LineRefusedError(DeviceError):
    """A serial server does not set its port as it was asked, or does not say so."""

    code = "device.line_refused"
    template = "The serial server at {address} does not set up its port: {reason}."
    next_step = (
        "If its port has no DTR and RTS lines, add ?ign_set_control to the address; else look at"
        " the settings of the serial server."
    )


class LinkLostError(DeviceError):
    """The link broke while it was in use."""

    code = "device.link_lost"
    template = "The connection to {address} was lost."
    next_step = (
        "Check the cable, dock the wand again and repeat the download; records already read are"
        " in the spool and none was lost."
    )


class NoWandError(DeviceError):
    """No wand answers."""

    code = "device.no_wand"
    template = "No wand answers at {address}."
    next_step = "Switch the wand on, put it into the dock and try again."


class NoiseError(DeviceError):
    """Something sends, but not what a wand would."""

    code = "device.noise"
    template = "Only noise arrives from {address}: {count} bytes without meaning."
    next_step = "Check that this is the wand's dock, clean its contacts and dock the wand again."


class SeveralWandsError(DeviceError):
    """More than one wand answers and none was named."""

    code = "device.several_wands"
    template = "Several wands answer: {addresses}."
    next_step = (
        "Name the address of the one you mean, with ?unit=NUMBER on a shared line, or leave only"
        " one wand docked."
    )


class WrongDialectError(DeviceError):
    """A wand answers, but in another dialect."""

    code = "device.wrong_dialect"
    template = "The wand at {address} speaks {found}, not {asked}."
    next_step = "Leave the dialect out, or name the one the wand speaks."


class DeskReaderUnknownError(DeviceError):
    """Nobody knows a desk reader that speaks so."""

    code = "device.desk_reader_unknown"
    template = "No desk reader speaks {dialect}."
    next_step = "Write the address with ?dialect= and one of: {known}."


class NoDeskReaderError(DeviceError):
    """No desk reader answers, or none any more."""

    code = "device.no_desk_reader"
    template = "No desk reader answers at {address}."
    next_step = "Plug the reader in, close its maker's software and try again."


class CaptureTooLargeError(DeviceError):
    """More bytes came than any wand holds: something else talks on this port."""

    code = "device.capture_too_large"
    template = "More than {limit_mb} MB came over the line, more than any wand holds."
    next_step = "Look at what is connected to this port; nothing was acknowledged on a wand."


class VerificationError(DeviceError):
    """What is on disk is not what came from the wand, so the wand is left as it is."""

    code = "device.verification"
    template = "The stored capture does not match what the wand sent: {reason}."
    next_step = (
        "Dock the wand again; its records were not acknowledged. Check the disk if it recurs."
    )


class SpoolError(DeviceError):
    """The folder of captures cannot be used."""

    code = "device.spool"
    template = "The spool folder {folder} cannot be used: {reason}."
    next_step = "Name a folder you may write to with --spool."


class DiskFullError(SpoolError):
    """No space is left for a capture."""

    code = "device.disk_full"
    template = "The disk holding {folder} is full."
    next_step = "Free some space and repeat the download; no record is lost."


class UploadError(CodedError):
    """Something about handing captures to the server. They stay in the spool."""

    code = "upload.error"
    template = "The captures could not be uploaded."
    next_step = "The captures are safe in the spool; run watchclock upload later."


class ServerDownError(UploadError):
    """The server cannot be reached."""

    code = "upload.server_down"
    template = "The server {server} cannot be reached: {reason}."
    next_step = "Start the server or check its address; captures wait safely in the spool."


class ServerFailedError(UploadError):
    """The server answered that it failed."""

    code = "upload.server_failed"
    template = "The server {server} failed with status {status}."
    next_step = "Look into the server's log; captures wait safely in the spool."


class ServerAnswerError(UploadError):
    """What answered does not speak as a watchclock server does."""

    code = "upload.server_answer"
    template = "The answer of {server} is not one of a watchclock server: {reason}."
    next_step = "Check the address of the server; captures wait safely in the spool."


class DockClockError(UploadError):
    """Dock and server disagree on the time, by which a wand would be set and judged."""

    code = "upload.dock_clock"
    template = "The clocks of this computer and of the server {server} differ by {seconds} s."
    next_step = "Set both clocks, best by network time; no wand was touched."


class TokenMissingError(UploadError):
    """A server takes captures only with a token, and none was given."""

    code = "upload.token_missing"
    template = "No token was given for the server {server}."
    next_step = "Make one with watchclock token create and pass it as WATCHCLOCK_TOKEN."


class TokenUnusableError(UploadError):
    """The token holds a space, a line break or a letter that is not ASCII."""

    code = "upload.token_unusable"
    template = "The token holds characters that no token has."
    next_step = "Copy it again exactly as watchclock token create printed it."


class TokenRefusedError(UploadError):
    """The server does not accept the token."""

    code = "upload.token_refused"
    template = "The server {server} refused the token."
    next_step = "Make a new one with watchclock token create and pass it as WATCHCLOCK_TOKEN."


class CaptureRefusedError(UploadError):
    """The server does not take this capture."""

    code = "upload.capture_refused"
    template = "The server refused the capture {capture}: {reason}."
    next_step = "The capture stays in the spool; show it with watchclock decode."


class CaptureConflictError(UploadError):
    """The server kept the records, but some contradict records it had before."""

    code = "upload.capture_conflict"
    template = "{conflicts} records of capture {capture} contradict records stored before."
    next_step = "Both versions are kept; look at the wand's page on the server."
