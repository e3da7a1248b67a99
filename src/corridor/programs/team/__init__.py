"""TEAM, the Transforming Episode Accountability Model: hospitals answer for five surgical episodes.

Method and doubts: docs/team.md. The calculator door is ``corridor settle team FILE``:

price, risk    one episode or cell: benchmark, preliminary and reconciliation target price, attributes
stay           a stay that crosses the end of the window, prorated
quality        the composite quality score
tracks         which track a hospital may take
reconcile      categories and the hospital: pooling, quality, limits, post-episode spending
form, settle   from a file to a settlement
"""
