"""What is to come, by the decisions of today or by the same ones later: values in, values out, as below."""
