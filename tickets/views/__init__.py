"""Residents' pages. A view finds the object, validates by a form, makes one domain call, picks a page."""
