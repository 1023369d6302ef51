"""What `<front>` and `<back>` say of an article."""
