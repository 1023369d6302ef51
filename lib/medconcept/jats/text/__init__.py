"""The text of JATS elements, plain and marked up."""
