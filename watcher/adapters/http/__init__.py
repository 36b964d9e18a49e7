"""HTTP for all who speak it. Only `library` imports httpx, which is slow to import."""
