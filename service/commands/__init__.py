"""The subcommands of `copydesk`, one module a verb."""
