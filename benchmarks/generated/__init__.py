"""Solutions made by a seed, which judge the grader: right ones put together from idioms, wrong ones by one mutation.

idioms         the axes: ways to write each part, all of them right
mutations      one conceptual mistake each, and the checks that must name it
compositions   a choice for each axis, a mutation perhaps, and the notebook's cells that they give
judging        what the checks, the public ones and ``train_ae`` make of compositions, in this process
expected       whether that is what it should be, and today's known faults
shrinking      the smallest composition that still goes wrong
"""
