"""Builders, servers and inputs that several tests share."""
