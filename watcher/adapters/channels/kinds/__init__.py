"""One file a kind of notifier, strangers to each other; `catalog` lists them."""
