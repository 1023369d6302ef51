"""Files of exports: shards in the formats that trainers' loaders read, their manifest and their card "
"(pure)."""
