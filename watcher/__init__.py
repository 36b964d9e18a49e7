"""The lease watcher: gives back unused leased accounts just before they renew."""

__version__ = "0.1.0"
