"""The shell around the domain: gather, judge, plan, brake, act, record, tell."""
