"""HTML pages, and how this process serves them over plain HTTP."""
