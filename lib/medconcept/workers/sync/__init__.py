"""Work of Spark workers for sync_articles: read archives and inventories, download objects of a bucket."""
