"""Scenarios: small files of named changes to the inputs, run side by side with the base."""

from iiecon.scenarios.applying import apply
from iiecon.scenarios.reading import read_scenario
from iiecon.scenarios.runs import ScenarioRuns, run
from iiecon.scenarios.scenario import Amount, CellChange, Scenario

__all__ = ["Amount", "CellChange", "Scenario", "ScenarioRuns", "apply", "read_scenario", "run"]
