"""The ring: typed links from proposal to need, plan, purchase, service, rating and back."""
