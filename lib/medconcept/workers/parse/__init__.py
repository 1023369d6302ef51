"""What workers do for parse_articles: JATS bytes to rows, each file isolated from the others."""
