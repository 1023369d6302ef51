"""The Python process itself: native modules, a C compiler, garbage collection, isolated child processes."""
