"""Pages of profiles: the directory, one member, one's own profile, and whom one has blocked."""

from hubapp.people.profiles.views import blocks, directory, faces, own

blueprints = (directory.blueprint, own.blueprint, blocks.blueprint, faces.blueprint)
