"""What is said, to whom, and whether it is still true when it goes out."""
