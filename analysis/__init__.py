"""What the answers mean: sampling, projection, fragility, profiles, disclosure. Pure: no web, no database, no questionnaire.

Each package has its door in its `__init__` and may be used in a notebook without the application. They build on each other in this
order, never the other way: `survey` and `factors` and `departures`; `fragility`, `profiles` and `disclosure`; `actions`; `firm`;
`synthesis`. Beside them stand what all share: `parameters` (dated, sourced figures), `words`, `frozen`, `arrays`, `portrait`,
`reference`, `wording`, `execution` (where heavy work runs), and `paradata` (how the filling went).
"""
