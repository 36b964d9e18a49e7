"""Links in messages with which a person keeps an account, and the page they open: it holds, nothing else."""
