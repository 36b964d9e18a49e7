"""Design §4, line by line: one module for each line, at least one test for each clause of it.

Everything runs through `tests.stage`: real settings, a real ledger, HTTP over loopback, DELETEs counted
where they leave the socket. That the same scene does release without the one thing under test is the first
claim of the first module.
"""
