"""The Python process itself: native modules, a C compiler, the collector of garbage, standard output."""
