"""How stages run: the registry of them, the runner, summaries of runs and the status of a lake."""
