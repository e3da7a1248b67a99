"""The life cycle of Medicare's programs and models: begun or not, ended, by whom succeeded.

life    the models of rules/models with their state on a day; the refusal of a year a model does not have
"""
