"""build_dictionary: terminologies to `concepts`, `concept_names` and the compiled dictionary."""
