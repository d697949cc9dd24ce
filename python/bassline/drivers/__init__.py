"""Drivers: whoever is told of every committed tick, and whoever writes from outside."""

from bassline.drivers.attachment import Attachment
from bassline.drivers.backpressure import Backpressure
from bassline.drivers.callback import CallbackDriver
from bassline.drivers.compound import Compound
from bassline.drivers.context import Command, Context, Stored
from bassline.drivers.driver import BridgeDriver, Driver, StorageDriver
from bassline.drivers.input import Input
from bassline.drivers.log import LogDriver
from bassline.drivers.loop import Loop
from bassline.drivers.memory import MemoryCache
from bassline.drivers.metrics import MetricsDriver

__all__ = [
    "Attachment",
    "Backpressure",
    "BridgeDriver",
    "CallbackDriver",
    "Command",
    "Compound",
    "Context",
    "Driver",
    "Input",
    "LogDriver",
    "Loop",
    "MemoryCache",
    "MetricsDriver",
    "StorageDriver",
    "Stored",
]
