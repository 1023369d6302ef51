"""Delta: lakes, change sets, commits over several tables, the writer's lease."""
