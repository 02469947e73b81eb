"""Ways in: the rule of signing in, second factors, and single sign-on over OpenID Connect and SAML."""
