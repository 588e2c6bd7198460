"""Pages that compose several features, and the layout, styles and words all pages share."""
