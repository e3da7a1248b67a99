"""Programs as pages, all of one shape: standing, trend, dollars, levers, who, and what each has besides.

``shape`` says what a program is here, ``registry`` lists them; a later program adds one module and one line.
"""
