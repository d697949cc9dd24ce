"""Drivers: whoever is told of every committed tick, and whoever writes from outside."""

from bassline.drivers.attachment import Attachment
from bassline.drivers.backpressure import Backpressure
from bassline.drivers.compound import Compound
from bassline.drivers.context import Command, Context, Stored
from bassline.drivers.driver import BridgeDriver, Driver, StorageDriver
from bassline.drivers.input import Input
from bassline.drivers.loop import Loop

__all__ = [
    "Attachment",
    "Backpressure",
    "BridgeDriver",
    "Command",
    "Compound",
    "Context",
    "Driver",
    "Input",
    "Loop",
    "StorageDriver",
    "Stored",
]
