"""Sources of evidence: one file each, strangers to each other."""
