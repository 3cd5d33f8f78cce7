"""What a report looks like outside: one module a format, one function each, from ``Report`` to text."""
