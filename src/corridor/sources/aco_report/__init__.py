"""CMS's workbooks of an ACO of the Shared Savings Program: benchmark, expenditure and utilization."""
