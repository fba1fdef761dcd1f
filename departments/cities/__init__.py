"""Cities are data: one folder per city, read by `departments.cities.tables`."""
