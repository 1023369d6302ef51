"""How stages run: the registry of them, the runner, and what is said of a run and of a lake."""
