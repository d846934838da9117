"""The VBA of the workbook: modules as text, two of them made from registry and catalogue."""
