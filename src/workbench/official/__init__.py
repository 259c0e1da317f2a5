"""The official figures of a period: forms, reporting conventions, rates, index groups."""
