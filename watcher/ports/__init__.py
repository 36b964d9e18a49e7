"""What the app needs from the world: one protocol a file, owned by the app."""
