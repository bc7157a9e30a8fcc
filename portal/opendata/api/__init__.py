"""The API: every public dataset as JSON, in pages, for programs; made from the declarations of the datasets."""
