"""A reader of HMS-DTA lakes that shares nothing with HMS-DTA.

It was written from docs/formats/lake.md and the public standards named there, in Python's standard library; signatures
are checked by the openssl program. Section numbers in the comments are those of lake.md.
"""
