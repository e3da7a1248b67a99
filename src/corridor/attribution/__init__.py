"""Who is answerable for whom: Shared Savings assignment, REACH alignment, focal clinicians, CMS's own lists.

The steps of this room count primary care services, give each of them to an entity (an ACO, or a practice
that stands alone), and choose one entity a person with the reason, whether assigned or not.
docs/attribution.md says how each table is made and what of it is assumed.
"""
