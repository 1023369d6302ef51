"""medconcept as a library: the linker of a configuration or a lake."""
