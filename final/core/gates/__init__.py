"""Every rule that can stop a run. A gate is a function that returns Gate(name, value, threshold, passed, detail)."""
