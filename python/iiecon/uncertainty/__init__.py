"""How sure the results are: `simulate` and what it gives (method, section 12)."""

from iiecon.uncertainty.simulation import Simulation, simulate, simulate_many

__all__ = ["Simulation", "simulate", "simulate_many"]
