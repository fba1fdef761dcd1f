"""What every endpoint shares: formats, fields, filters, pages, the description of failures."""
