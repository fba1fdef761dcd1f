"""The words of the other languages: found in the code, kept in locale/, compiled for gettext."""
