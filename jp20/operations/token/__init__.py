"""A token's life: created, issued, transferred, restrained, split, redeemed, enforced upon."""
