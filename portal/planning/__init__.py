"""What a government will buy in a year: the plan, the needs its lines answer, what was left out and why."""
