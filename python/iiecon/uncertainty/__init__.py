"""How sure the results are: `simulate` and what it gives (method, section 12)."""

from iiecon.uncertainty.simulation import Simulation, simulate

__all__ = ["Simulation", "simulate"]
