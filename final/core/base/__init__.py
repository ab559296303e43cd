"""What every package may use: errors, atomic files, paths, the terminal."""
