"""Letters, names of things in words, secrets: what is true of any text. Knows no account."""
