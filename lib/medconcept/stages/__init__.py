"""The stages: from tables to the rows of tables, one module a job. Nothing here writes a table."""
