"""The next best dollar: what can be done under every program, net of what programs do to one another.

Nothing here settles anything: each source is a table of its own program, and an action is a row of it in
words, with dollars, overlap, interval, effort, deadline and the evidence that opens it. No row is
of a person.

steps/  sources (from_billing, from_asm, from_mips, from_care, from_use, from_recapture, from_team,
        from_status), candidate, effect, ranked; billed_month and realised hold later claims against them
"""
