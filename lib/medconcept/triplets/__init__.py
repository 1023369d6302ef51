"""Settings of triplets (filters, splits), and what decides a split: caption key, shares."""
