"""The demonstration laboratory as a node: the founding laboratory, with invented people, samples and measurements."""
