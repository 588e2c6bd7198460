"""Hands a simulated USB wand to a virtual machine, in the protocol of QEMU's ``usb-redir``."""
