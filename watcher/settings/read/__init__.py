"""Where settings come from: the file, variables, and files that hold secrets."""
