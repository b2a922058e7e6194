"""The command line as tools of the Model Context Protocol, and run folders as its resources."""
