"""What can go wrong at start, said in a sentence that tells what to do."""

from __future__ import annotations


class RuntimeProblem(Exception):
    """A reason not to start; its text is shown to the person as it is, without a traceback."""
