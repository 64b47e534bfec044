"""Library and design files agree about what is usual, key by key."""

from dsdcompile.design.design import check_design
from dsdcompile.sequences.assignment_options import AssignmentOptions
from dsdcompile.sequences.rules.catalogue import thresholds
from dsdcompile.sequences.rules.limits import Limits
from dsdcompile.stages.sequencing import assignment_options, check_limits

SOURCE = {"name": "some", "crn": {"file": "some.crn"}}


def test_the_defaults_of_the_library_are_those_of_a_design_file():
    design = check_design(SOURCE, "nothing")
    limits = check_limits(design)
    assert {key for key, _ in limits.given} == {threshold.key for threshold in thresholds()}
    assert all(limits[threshold] == Limits()[threshold] for threshold in thresholds())
    assert assignment_options(design) == AssignmentOptions()


def test_every_key_about_words_arrives():
    said = {
        "alphabet": "ACGT", "first_k": 7, "last_k": 9, "gc": (0.2, 0.8), "spread": 0.25, "fixed": {"b_A": "ACT"},
        "forbid": ("GGG",),
    }  # fmt: skip
    found = assignment_options(check_design({**SOURCE, "sequences": said}, "some"))
    assert {key: getattr(found, key) for key in said} == said
