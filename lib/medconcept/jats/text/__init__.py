"""The text of JATS elements, plain and with inline markup."""
