"""What anybody can check with files alone: trees, signed notes, proofs."""
