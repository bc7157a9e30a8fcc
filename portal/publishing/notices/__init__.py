"""What a notice says, as data: notice types, filled values, and the OCDS release that they make."""
