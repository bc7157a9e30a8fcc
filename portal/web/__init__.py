"""How the portal answers: access, errors, forms, paging, locale, caching, security headers."""
