"""HTTP for all who speak it. Only `client` imports httpx, which is slow to import and has one home."""
