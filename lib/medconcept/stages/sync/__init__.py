"""sync_articles: articles of a folder, an archive or a bucket into `raw_articles`."""
