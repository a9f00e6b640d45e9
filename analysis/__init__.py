"""What the answers mean: sampling, projection, fragility, profiles, disclosure. Pure: no web, no database, no questionnaire."""
