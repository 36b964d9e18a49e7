"""Values in, text out: what people and machines read. Nothing is decided here."""
