"""The formats that every dataset can be had in."""
