"""The passes once more, for CRNs of small networks: dense tables in compiled loops, the same result in microseconds.

A search over networks asks what each of millions costs. The passes proper (:mod:`dsdcompile.passes`) work on sparse
matrices of any size, prove what they did, and take tens of milliseconds; here nothing is kept but the counts. That both
agree to the last strand is tested, and what a search finds is compiled by the passes proper.
"""
