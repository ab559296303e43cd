"""What was asked and answered, as Parquet files that are written outside the path of the requests."""
