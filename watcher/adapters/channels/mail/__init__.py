"""What an e-mail is made of, and how it is handed over."""
