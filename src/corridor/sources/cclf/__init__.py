"""CMS claim and claim line feeds: CCLF0-9, A and B, as CMS delivers them.

gather   which files of the paths given belong to which delivery (names.py reads the names)
detect   which packet version a file is, by its record length, and whether its size can be right
summary_file   the control file CCLF0
shape    what may stand at each position of a record; finds the rows that break it
parse    the SQL that cuts records into columns, generated from the layouts
load     all of it, one delivery at a time; nothing of a refused delivery stays
crosscheck, totals   what files of one delivery must agree on, and the control totals

``steps/`` leads from the raw tables to the canonical ones. Source: CCLF Information Packet v38.
"""
