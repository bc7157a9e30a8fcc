"""What residents can use, in the terms of Open Referral HSDS."""
