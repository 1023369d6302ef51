"""What workers do for sync_articles: read archives, inventories and the objects of a bucket."""
