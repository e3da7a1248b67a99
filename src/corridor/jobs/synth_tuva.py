"""A synthetic community in the Tuva input layer: written as CCLF, loaded, and exported as any claims are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from corridor.engine.files import remove_tree
from corridor.engine.run import Runner
from corridor.engine.runs import Run
from corridor.engine.warehouse import Warehouse
from corridor.jobs.export_tuva import NEEDED, export_tuva
from corridor.law import load_rules
from corridor.synth.community import write_community
from corridor.synth.order import Order

Progress = Callable[[int, int], None]
_FIRST_PROGRAM_YEAR = 2027


def write_tuva_community(order: Order, progress: Progress | None = None) -> dict[str, int]:
    """Write the community of ``order`` as medical_claim, pharmacy_claim and eligibility into ``order.out``.

    The same people and claims as in CCLF layout, after final action: the sums are those of a run over the
    CCLF files. The files between lie beside ``order.out`` and are removed. Returns the rows of each table.
    """
    from corridor.sources.cclf.load import load

    aside = order.out.with_name(f".{order.out.name}.cclf")
    remove_tree(aside)
    try:
        write_community(replace(order, out=aside / "community"), progress)
        warehouse = Warehouse.open(aside / "warehouse")
        load([aside / "community" / "cclf"], warehouse, {})
        run = _claims(warehouse, order.period.last_year)
        return export_tuva(run, order.out)
    finally:
        remove_tree(aside)


def _claims(warehouse: Warehouse, year: int) -> Run:
    force = load_rules(["asm", "claims"]).in_force(performance_year=max(year, _FIRST_PROGRAM_YEAR))
    setting = {"performance_year": year, "payment_year": year, "data_year": year}
    run_id = Runner(warehouse, force, setting).run(NEEDED)
    return Run(warehouse.home, run_id)
