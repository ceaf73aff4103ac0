"""What every room shares: errors, actors, events, ids. Plain Python that imports none of our apps."""
