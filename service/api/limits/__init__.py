"""Limits of the service: who may send requests, how many, how slowly, and how many are processed at once."""
