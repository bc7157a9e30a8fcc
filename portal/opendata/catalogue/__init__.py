"""The catalogue of open data: by DCAT-AP for other catalogues, by schema.org for search engines."""
