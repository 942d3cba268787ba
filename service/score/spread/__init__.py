"""The closed set spread over machines: the clusters that `classifier.duplicates` finds, in steps of grouped rows."""
