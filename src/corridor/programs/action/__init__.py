"""The next best dollar: what can be done under every program, net of what programs do to one another.

Nothing here settles anything: each source is a table of its own program, and an action is a row of it in words,
with dollars, overlap, interval, effort, deadline and the evidence that opens it. No row is of a person.

steps/  aco_share, billing, candidate, effect, ranked, realised
"""
