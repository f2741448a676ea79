"""Published reference tables that analyses need, in a format of ours, each with its source."""
