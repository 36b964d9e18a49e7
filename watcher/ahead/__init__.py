"""What is to come, by the decisions of today: values in, values out, as everything below."""
