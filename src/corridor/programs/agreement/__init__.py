"""Agreement with CMS: what CMS's feedback says, the same worked out here, and the difference by cause.

reading   what a feedback file is; ``scoring_api``, ``experience`` and ``scores`` read its three shapes
replay    every figure of a feedback file, from the figures below it in the same file
compare   ours beside theirs, and which quantity makes up how much of the difference
board     the scoreboard: files replayed, figures agreed, explained, unexplained
"""

from corridor.programs.agreement.model import CATEGORIES, Category, Feedback, Figure, Measure
from corridor.programs.agreement.reading import read_feedback

__all__ = ["CATEGORIES", "Category", "Feedback", "Figure", "Measure", "read_feedback"]
