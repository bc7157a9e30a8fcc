"""The backends of the search engine; all pass the same contract suite."""
