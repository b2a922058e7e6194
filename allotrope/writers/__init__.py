"""Writers: an ASM document to bytes."""
