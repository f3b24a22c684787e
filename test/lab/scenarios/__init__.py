"""All scenarios, by family; importing them fills the table."""

from scenario import TABLE

from . import capture, closing, handshake, loss, reset, traffic, window
from . import content, turns  # last: the number of a scenario, and so its addresses, stay what they were

__all__ = ["TABLE", "capture", "closing", "content", "handshake", "loss", "reset", "traffic", "turns", "window"]
