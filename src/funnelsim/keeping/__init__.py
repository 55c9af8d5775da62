"""What is kept: folders of results, baselines, event logs."""
