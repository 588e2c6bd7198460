"""Who may use the server: people with passwords, docks and scripts with tokens."""
