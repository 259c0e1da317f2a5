"""Statistics on small tables: counts of the models go in, estimates come out."""
