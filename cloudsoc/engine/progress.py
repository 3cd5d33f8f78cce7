"""What a collection says of itself while it runs, and what is raised when somebody ends it."""

from __future__ import annotations

from dataclasses import dataclass

from cloudsoc.engine.inventory import Inventory


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a scan has come."""

    phase: str
    account: str = ""
    caller: str = ""
    regions: tuple[str, ...] = ()
    done: int = 0
    queued: int = 0


class Interrupted(KeyboardInterrupt):
    """Somebody ended the collection early; ``inventory`` holds what there was by then, the rest of it unread."""

    def __init__(self, inventory: Inventory) -> None:
        super().__init__("interrupted")
        self.inventory = inventory
