"""Grokking: validation accuracy jumps long after training accuracy did."""
