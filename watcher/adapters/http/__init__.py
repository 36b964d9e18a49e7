"""HTTP for all who speak it. Only `client` and `transport` import httpx, which is slow to import."""
