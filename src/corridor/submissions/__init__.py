"""What leaves for a regulator: a submission to the Quality Payment Program, checked, with its evidence.

``validate`` answers in the words of CMS's Submissions API, ``build`` makes a submission of results,
``package`` keeps it with the evidence and the law behind every count, and ``verify`` derives the counts again
years later.
"""
