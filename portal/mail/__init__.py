"""Messages to people: a port with a folder in development and SMTP in use."""
