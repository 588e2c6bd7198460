"""The one declaration of the bytes that USB descriptors and class requests are made of.

Everything on this bus is little-endian (USB 2.0, 8.1). What the fields are called, and the table
of the specification they come from, stands at each.
"""

import struct
from typing import Final

__all__ = ["ASSOCIATION", "CONFIGURATION", "CP210X_COMM_STATUS", "CP210X_PROPERTIES", "DEVICE"]
__all__ += [
    "DOUBLE_WORD",
    "ENDPOINT",
    "HID",
    "INTERFACE",
    "LINE_CODING",
    "NOTIFICATION",
    "SERIAL_STATE",
    "SETUP",
    "WORD",
]

SETUP: Final = struct.Struct("<BBHHH")
"""bmRequestType, bRequest, wValue, wIndex, wLength (USB 2.0, table 9-2)."""
DEVICE: Final = struct.Struct("<BBHBBBBHHHBBBB")
"""bLength, bDescriptorType, bcdUSB, bDeviceClass, bDeviceSubClass, bDeviceProtocol,
bMaxPacketSize0, idVendor, idProduct, bcdDevice, iManufacturer, iProduct, iSerialNumber,
bNumConfigurations (USB 2.0, table 9-8)."""
CONFIGURATION: Final = struct.Struct("<BBHBBBBB")
"""bLength, bDescriptorType, wTotalLength, bNumInterfaces, bConfigurationValue, iConfiguration,
bmAttributes, bMaxPower in steps of 2 mA (USB 2.0, table 9-10)."""
INTERFACE: Final = struct.Struct("<BBBBBBBBB")
"""bLength, bDescriptorType, bInterfaceNumber, bAlternateSetting, bNumEndpoints, bInterfaceClass,
bInterfaceSubClass, bInterfaceProtocol, iInterface (USB 2.0, table 9-12)."""
ENDPOINT: Final = struct.Struct("<BBBBHB")
"""bLength, bDescriptorType, bEndpointAddress, bmAttributes, wMaxPacketSize, bInterval (USB 2.0,
table 9-13)."""
ASSOCIATION: Final = struct.Struct("<BBBBBBBB")
"""bLength, bDescriptorType, bFirstInterface, bInterfaceCount, bFunctionClass, bFunctionSubClass,
bFunctionProtocol, iFunction (USB engineering change notice "Interface Association Descriptors",
table 9-Z)."""
HID: Final = struct.Struct("<BBHBBBH")
"""bLength, bDescriptorType, bcdHID, bCountryCode, bNumDescriptors, bDescriptorType of the report
descriptor, wDescriptorLength of it (HID 1.11, 6.2.1)."""
LINE_CODING: Final = struct.Struct("<IBBB")
"""dwDTERate, bCharFormat, bParityType, bDataBits (CDC PSTN 1.2, table 17)."""
NOTIFICATION: Final = struct.Struct("<BBHHH")
"""bmRequestType, bNotification, wValue, wIndex, wLength (CDC 1.2, 6.3)."""
SERIAL_STATE: Final = struct.Struct("<H")
"""Bits of CDC PSTN 1.2, table 31."""
WORD: Final = struct.Struct("<H")
DOUBLE_WORD: Final = struct.Struct("<I")
CP210X_COMM_STATUS: Final = struct.Struct("<IIIIBBB")
"""ulErrors, ulHoldReasons, ulAmountInInQueue, ulAmountInOutQueue, bEofReceived,
bWaitForImmediate, bReserved (Silicon Labs AN571, GET_COMM_STATUS)."""
CP210X_PROPERTIES: Final = struct.Struct("<HHIIIIIIIIIHHIIII")
"""wLength, bcdVersion, ulServiceMask, reserved, ulMaxTxQueue, ulMaxRxQueue, ulMaxBaud,
ulProvSubType, ulProvCapabilities, ulSettableParams, ulSettableBaud, wSettableData,
wSettableStopParity, ulCurrentTxQueue, ulCurrentRxQueue, two reserved; uniProvName follows (Silicon
Labs AN571, table 7; wSettableStopParity, which AN571 reserves, is named and filled as in Windows's
COMMPROP, and as a CP2102N fills it: linux-usb mailing list, 7 June 2021)."""
