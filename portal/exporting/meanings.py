"""What columns of several datasets mean, and where values come from: msgids, written once."""

from __future__ import annotations

from portal.kernel.text import N_

# Where values come from; a field of a standard is told by its path in it.
GIVEN = N_("given by this portal")
COMPUTED = N_("computed by this portal")
LEDGER = N_("the public ledger of this portal")
OFFICE = N_("stated by the office")
RESIDENT = N_("written by a resident")
# What values mean.
IN_CHINESE = N_("In Chinese, or as published.")
IN_ENGLISH = N_("Empty where there is no translation.")
LEDGER_ENTRY = N_("Position of the entry in the public ledger that remembers it.")
OCID = N_("Identifier of the purchase in OCDS (ocid).")
ORGANIZATION = N_("Number of the organisation.")
REGION = N_("Code of GB/T 2260.")
CATEGORY = N_("Code of the guiding catalogue.")
SUPPORTERS = N_("Residents, each counted once.")
