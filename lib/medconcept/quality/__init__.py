"""Great Expectations: suites, the gate before every commit, Data Docs."""
