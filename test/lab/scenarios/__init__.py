"""All scenarios, by family; importing them fills the table."""

from scenario import TABLE

from . import capture, closing, handshake, loss, reset, traffic, window

__all__ = ["TABLE", "capture", "closing", "handshake", "loss", "reset", "traffic", "window"]
