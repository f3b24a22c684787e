"""All scenarios, by family; importing them fills the table."""

from scenario import TABLE

from . import capture, closing, handshake, loss, reset, traffic, window
from . import content, turns  # later: the number of a scenario, and so its addresses, stay what they were
from . import crossings  # last

__all__ = ["TABLE", "capture", "closing", "content", "crossings", "handshake", "loss", "reset", "traffic", "turns", "window"]
