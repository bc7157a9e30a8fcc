"""How much the portal is used, as open data: counted on the server, without cookies, addresses or readers."""
