"""Any list or search by mail, without an account: asked for, confirmed, told of what is new, ended by one click."""
