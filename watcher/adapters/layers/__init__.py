"""The Layers Partner API: reading, and in a class of its own, giving back."""
