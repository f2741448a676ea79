"""Pages of stays: the board, a case, the nomination, rows of courses, the count of places."""
