"""The world: HTTP, the API, the ledger, notifiers, what people see. Knows ports and domain, never the app."""
