"""Faults that `make mutants` plants are really planted: one that is not would survive whatever the tests find."""

from __future__ import annotations

import gc
from pathlib import Path

from hubapp.earnings.compensation.plans import tiers
from tests.mutants import faults, trial


def test_functions_that_the_collector_put_aside_are_found() -> None:
    gc.freeze()
    trial.functions.cache_clear()
    rate = tiers.Tiers.rate
    code = rate.__code__
    assert rate in trial.functions()[code.co_filename, "rate", code.co_firstlineno]


def test_a_fault_for_which_there_is_no_function_is_not_tried_in_place(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere.py"
    nowhere.write_text("def one():\n    return 1\n")
    fault = next(iter(faults.faults(nowhere)))
    assert trial.wait(trial.in_place(fault, [], {})) == trial.BROKEN
