"""The report: one HTML file for somebody who was not there."""
