"""All faults: each module registers its own."""

from tests.faults import faults, operations, rude_clients
from tests.faults.fault import FAULTS

__all__ = ["FAULTS", "faults", "operations", "rude_clients"]
