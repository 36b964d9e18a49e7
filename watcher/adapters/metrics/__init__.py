"""Metrics for Prometheus: the only home of its client."""
