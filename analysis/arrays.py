"""The types of arrays that the analysis passes around."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Labels = NDArray[np.int64]
Booleans = NDArray[np.bool_]
