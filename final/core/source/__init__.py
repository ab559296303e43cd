"""Any file, query or command as one plain table."""
