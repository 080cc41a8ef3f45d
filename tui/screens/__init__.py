"""What fills the terminal: the workbench, the review queue, training, settings and help."""
