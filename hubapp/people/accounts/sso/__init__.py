"""Single sign-on: the central domain is the OpenID provider, every hub its client. The only importer of Authlib."""
