"""The Python process: its installation, native modules, a C compiler, garbage collection, child processes."""
