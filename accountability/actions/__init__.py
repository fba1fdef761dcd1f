"""Recording what was kept and missed, and the remedy that a department writes."""
