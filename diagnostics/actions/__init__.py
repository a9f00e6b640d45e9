"""The verbs: every change that a person makes commits in this package, with its line in the journal."""
