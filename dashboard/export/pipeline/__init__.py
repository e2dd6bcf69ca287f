"""Fast exports: the database makes the lines, threads read ahead."""
