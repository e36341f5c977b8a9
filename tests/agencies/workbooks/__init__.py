"""The corpus of registry workbooks: the name of a file says what is in it, or what is wrong with it.

`should_pass/` says what the registry says already; of `should_fail/` each is refused as `should_fail.txt`
tells, a row by its cell and the code of the message, a whole file by words of the refusal. Whoever finds a
new way to get a list wrong puts the file there. `python -m tests.agencies.workbooks` writes those that
`passing` and `failing` build; others, as offices sent them, stay as they are.
"""
