"""The corpus of registry workbooks: each name says what is in the file, or what is wrong with it.

They are built when the tests run: a file that openpyxl writes then is the same thing as a stored one, and for
those whose very bytes matter (cut off, a bomb, macros, the old format) the bytes are written out.
"""
