#!/usr/bin/env bash
# Put a single N where trimming left nothing of a read, so that the file keeps the reads of the original in their order.
#   keep_pairs.sh ORIGINAL.fastq.gz TRIMMED.fastq.gz OUT.fastq.gz
# Fails when the trimmed file holds a read that the original does not have at that place.
set -euo pipefail
before=$1 after=$2 out=$3

lines() { gzip -cd "$1" | wc -l; }
if [ "$(lines "$before")" -eq "$(lines "$after")" ]; then
  mv "$after" "$out"
  exit
fi
gzip -cd "$before" | awk -v trimmed="gzip -cd '$after'" '
  function next_read() { more = (trimmed | getline name) > 0; for (i = 1; i < 4 && more; i++) trimmed | getline rest[i] }
  function word(line) { split(line, words, " "); return words[1] }
  BEGIN { next_read() }
  NR % 4 == 1 {
    if (more && word(name) == word($0)) { print name; for (i = 1; i < 4; i++) print rest[i]; next_read() }
    else print $0 "\nN\n+\n#"
  }
  END { if (more) { print "keep_pairs: " name " is not in its place of the original" > "/dev/stderr"; exit 1 } }
' | gzip -n > "$out"
rm "$after"
