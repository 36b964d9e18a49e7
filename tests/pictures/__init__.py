"""Pictures of what people see, from a digest as it could be: `python -m tests.pictures`."""
