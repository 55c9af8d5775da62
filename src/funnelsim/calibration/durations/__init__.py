"""How long visits last: families with a share that never decides, measured from what is seen of visits."""

from funnelsim.calibration.durations.families import FAMILIES, Family
from funnelsim.calibration.durations.lengths import Lengths, measure_lengths
from funnelsim.calibration.durations.prior import Prior
from funnelsim.calibration.durations.product_limit import product_limit

__all__ = ["FAMILIES", "Family", "Lengths", "Prior", "measure_lengths", "product_limit"]
