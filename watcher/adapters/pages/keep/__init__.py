"""The page behind a link in a message: whoever has the link may keep that account."""
