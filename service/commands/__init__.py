"""The subcommands of `copydesk`, one module each: its arguments, and the function that runs it.

Packages that take long to load are imported inside functions, so that `--help` and wrong usage are answered at once.
"""
