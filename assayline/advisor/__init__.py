"""The advisor: questions with bounds and rules, Claude or the rules as the one who answers, and checks against the evidence."""
