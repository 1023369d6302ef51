"""A lake: Delta tables under one root, their commits, releases, and questions to them. The only writer."""
