"""What is wanted: policies, the judgement of one account by them, and the step that is due."""
