from dsdcompile.report.sections.pipetting_errors import show_pipetting
from dsdcompile.simulate.robustness import Survival


def test_the_section_shows_counts_and_intervals():
    page = show_pipetting((Survival("everything pipetted", 0.05, 100, 97),), 3600.0)
    assert "97 of 100" in page
    assert "2 h" in page
