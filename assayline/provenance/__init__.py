"""Where everything of a run came from: its Workflow Run RO-Crate, written at the end and checked by `assayline verify`."""
