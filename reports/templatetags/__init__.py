"""Pieces of pages about reports that a template draws too slowly."""
