"""Public reads: from an accession to files with checksums and a table of samples."""
