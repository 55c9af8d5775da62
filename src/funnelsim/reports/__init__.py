"""Results for readers: pages in words, tables, pictures. No data lives here."""
