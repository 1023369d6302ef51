"""The stages: one module a job, each a plain function from tables to tables."""
