"""Values and decisions. Standard library only: nothing here opens, reads, sleeps or logs."""
