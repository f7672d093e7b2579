"""What several commands share: questions they ask, tables they show, ways in which they end."""
