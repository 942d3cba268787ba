"""The closed set spread over machines: the clusters that `duplicates.closed_set` finds, in steps of grouped rows."""
