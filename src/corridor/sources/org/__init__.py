"""What an organisation knows of itself: roster, participants, assignment lists, quality results, opt-outs."""
