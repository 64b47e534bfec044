"""The whole way, from a design to what the laboratory needs, in the order it happens."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from dsdcompile.design.design import Design
from dsdcompile.errors import LimitExceededError, SimulationError
from dsdcompile.formats.code import code_digest
from dsdcompile.formats.finished_pieces import PieceFolder
from dsdcompile.formats.store import Store
from dsdcompile.lab.fluorescence import Expected
from dsdcompile.simulate.batches import Batches, Executors, HorizonPiece, here
from dsdcompile.simulate.robustness import Tubes
from dsdcompile.stages.as_ordered import simulate_as_ordered
from dsdcompile.stages.compilation import compile_crn
from dsdcompile.stages.ordering import order_system, stock_up
from dsdcompile.stages.readings import expected
from dsdcompile.stages.results import Results
from dsdcompile.stages.sequencing import backend, sequence_system
from dsdcompile.stages.simulation import simulate_all
from dsdcompile.stages.source import read_source
from dsdcompile.stages.stage import NEEDS as NEEDS
from dsdcompile.stages.stage import STAGES as STAGES
from dsdcompile.stages.stage import Stage as Stage
from dsdcompile.stages.stopwatch import Stopwatch
from dsdcompile.stages.translation import translate_crn
from dsdcompile.stages.verification import verify_system
from dsdcompile.units import plural

PIECES = (HorizonPiece, Tubes)
"""What is done in pieces; finished ones are kept, and made again when the code of one of these changes."""


def run(
    design: Design,
    folder: Path,
    out: Path,
    *,
    stages: Collection[Stage] = STAGES,
    progress: Callable[[str], None],
    executors: Executors = here,
) -> Results:
    """Carry a design through the stages asked for and return all values.

    They become files by :func:`dsdcompile.report.outputs.outputs` and
    :func:`dsdcompile.formats.results_folder.write_results`.

    Args:
        design: The validated request.
        folder: Where file names in the design start from.
        out: Folder of results: long computations are kept in its ``.cache`` and reused while nothing they depend on
            changes; nothing else is written.
        stages: What is wanted.
        progress: Called with a line at the start of each stage.
        executors: Where large batches of examples are simulated.

    A search for sequences that the user interrupts leaves its best so far, marked so.

    Raises:
        DsdcompileError: the design asks for something that cannot be.
    """
    wanted = {need for stage in stages for need in NEEDS[stage]}
    store, watch = Store(out / ".cache"), Stopwatch()

    # A network becomes a formal CRN (Algorithm 1); a .crn file is one already.
    progress(f"reading {design.name}")
    with watch.measure("read"):
        source = read_source(design, folder)

    # The formal CRN is reduced (Algorithm 2) and legalised: every reaction becomes one that the scheme can build.
    progress(f"compiling {plural(source.formal.n_reactions, 'reaction')}")
    with watch.measure("compile"):
        compiled = compile_crn(design, source, progress, folder)
    if wanted == {Stage.COMPILE}:
        return Results(design, source, compiled, warnings=source.warnings + compiled.warnings, seconds=watch.seconds)

    # Each reaction becomes a module of strands, dosed by the most often it can fire.
    progress(f"translating {plural(compiled.implementable.n_reactions, 'reaction')} with {compiled.scheme.name}")
    with watch.measure("translate"):
        translated = translate_crn(design, source, compiled)
    system = translated.system
    strands, nucleotides = plural(len(system.inventory.strands), "strand"), system.inventory.nucleotides
    progress(f"DNA: {plural(system.n_modules, 'module')}, {strands}, {nucleotides:,} nt")

    # What the laboratory wants is checked before anything that takes long.
    stock = stock_up(design, folder, source, compiled, translated) if Stage.SEQUENCES in wanted else None

    # The strands are enumerated: what they do must be what is intended, and nothing else.
    verified = None
    if Stage.VERIFY in wanted:
        progress(f"verifying {plural(system.n_modules, 'module')}")
        with watch.measure("verify"):
            verified = verify_system(design, source, compiled, translated, store, watch)
        verification = verified.verification
        progress(f"{verification.outcome}: {plural(len(verification.checks), 'check')} made")

    # Formal, reduced, implementation and enumerated CRN run side by side; all examples' labels are compared.
    simulated = None
    if Stage.SIMULATE in wanted:
        progress(f"simulating {plural(len(source.examples.inputs), 'example')}")
        code = code_digest(*(piece.__module__ for piece in PIECES))
        batches = Batches(executors, PieceFolder(out / ".cache" / "pieces", code), progress)
        with watch.measure("simulate"):
            simulated = simulate_all(design, source, compiled, translated, verified, batches)

    # Domains get sequences, searched and checked, and strands become an order. Then the same example once more, with
    # the rate constants and the leak that these sequences have.
    sequencing = ordered = as_ordered = None
    warnings = source.warnings + compiled.warnings + translated.warnings
    if stock is not None:
        progress(f"assigning sequences to {plural(len(system.inventory.domains), 'domain')}")
        with backend(design) as model:
            with watch.measure("sequences"):
                sequencing = sequence_system(design, stock.inventory, stock.amounts, store, progress, model)
            with watch.measure("order"):
                ordered = order_system(design, source, translated, stock, sequencing.sequenced)
            warnings += sequencing.warnings() + ordered.warnings
            if simulated is not None:
                progress("predicting rates and leak from sequences")
                with watch.measure("as ordered"):
                    try:
                        as_ordered = simulate_as_ordered(
                            design, source, compiled, translated, sequencing, store, model, ordered.purity
                        )
                    except (LimitExceededError, SimulationError) as error:
                        warnings += (f"not simulated as ordered, with rates and leak from sequences: {error}",)

    # Each well of the protocol is simulated with its reporters in it.
    fluorescence: tuple[Expected, ...] = ()
    if simulated is not None and ordered is not None and ordered.protocol is not None:
        with watch.measure("fluorescence"):
            end, built = (simulated.end, None) if as_ordered is None else (as_ordered.stop.seconds, as_ordered.built)
            fluorescence = expected(design, translated, ordered.stock, ordered.protocol, end, built)

    return Results(
        design=design,
        source=source,
        compiled=compiled,
        translated=translated,
        verified=verified,
        simulated=simulated,
        sequencing=sequencing,
        as_ordered=as_ordered,
        ordered=ordered,
        fluorescence=fluorescence,
        warnings=warnings,
        seconds=watch.seconds,
    )
