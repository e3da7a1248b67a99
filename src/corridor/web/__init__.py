"""The application: pages and API over the last complete run, for people with accounts.

Every request passes one guard (``guard``), every row one viewer (``viewer``), and every route stands in one
table (``routes``) with the roles that may use it.
"""
