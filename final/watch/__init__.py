"""What a served model meets: performance, drift, and alarms whose false ones are bounded over time."""
