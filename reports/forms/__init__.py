"""Forms of cycles, reports and reviews; each file is named after its noun."""
