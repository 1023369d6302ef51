"""Parts of assemble_triplets: facts of figures, filters, the opt-out list, splits."""
