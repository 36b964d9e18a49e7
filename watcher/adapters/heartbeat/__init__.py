"""A dead man's switch elsewhere: somebody who notices when this process is silent."""
