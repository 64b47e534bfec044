"""What the terminal ends with."""

from dataclasses import replace

from dsdcompile.report.headlines import counts_line
from dsdcompile.stages.counting import Counted

DROP = Counted(0.1, 602.2, 1500, 0.04, silent_exactly=True, labels_agree=29, examples=30)


def test_counts_say_where_they_end():
    assert counts_line(DROP) == (
        "counts: 602.2 molecules a formal unit in 0.1 pL, 1500 events, deviating by up to 0.04 formal units; "
        "silent in the discretised answer; labels 29 of 30"
    )
    assert "; NOT silent in the" in counts_line(replace(DROP, silent_exactly=False))


def test_without_a_limit_there_is_no_answer_to_be_silent_in():
    assert counts_line(replace(DROP, silent_exactly=None, labels_agree=None)).endswith("by up to 0.04 formal units")
