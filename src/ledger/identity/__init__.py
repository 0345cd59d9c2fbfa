"""Who a number or a name belongs to, found without keeping either in the clear."""
