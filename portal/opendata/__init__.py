"""Open data: search, feeds, exports, the OCDS packages and what crawlers ask for."""
