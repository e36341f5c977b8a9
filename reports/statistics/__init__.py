"""What the reports of one cycle say together: counts, sums, shares, and how they stand against last year.

`tally` adds up answers, in the database for a page that is looked at, in Python for rows that are kept;
`picture` puts the sums into lines for people; `rows` finds the agencies behind any one figure.
"""
