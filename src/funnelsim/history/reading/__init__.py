"""Read an export: `export` does all of it, `forms` says what a form is, `one_row` and `events` are forms."""
