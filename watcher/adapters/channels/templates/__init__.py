"""Words of a partner's own for what a notifier says, and the templates that come with the program."""
