"""Requests that are submitted by the clock."""
