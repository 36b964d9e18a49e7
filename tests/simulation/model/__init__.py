"""The provider as its documentation has it: a model of its API and of its books, in memory.

Independent of `watcher/sandbox`, and of every other part of the watcher: two readings of one documentation
that agree by chance would be a proof of nothing. `test_model` holds it to that. It keeps what really
happened, and when: every debit, every DELETE with the truth about the account at that instant, every list
that was handed out.
"""
