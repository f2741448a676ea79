"""What is known of stays and places, as far as the actor may see it."""
