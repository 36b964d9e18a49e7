"""What is so: accounts as the API gives them, and the evidence of their use."""
