"""What is asked: questionnaires, their expressions, their checks and their versions. Pure: no web, no database, no analysis."""
