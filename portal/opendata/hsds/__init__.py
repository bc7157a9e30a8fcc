"""Services in the terms of Open Referral HSDS 3.1: objects, pages of them, and the portal's own profile."""
