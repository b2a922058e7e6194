"""Whether a trained model can be relied on: what its history of training and validation says."""

from __future__ import annotations

from typing import Any

import numpy as np

CONVERGED_TAIL = 0.01  # share of the whole gain that the last tenth of the epochs may still bring
DIVERGED = 0.02  # how far, relative to the best, the last validation loss may lie above it


def verdict(validation: Any, allowed: int, warm_up: int = 0, cells: str = "held-out cells") -> dict[str, Any]:
    """Whether a training converged, told from the loss on held-out `cells` (lower is better) and the epochs that were allowed.

    Both begin after the warm-up, in which the loss itself changes; the epochs of the answer count it in.
    """
    losses = np.asarray(validation, dtype=float)
    if not len(losses) or not np.isfinite(losses).all():
        return {"converged": False, "because": f"the loss on {cells} is not finite", "epochs": warm_up + len(losses)}
    first, best, last = float(losses[0]), float(losses.min()), float(losses[-1])
    tail = max(1, len(losses) // 10)
    earlier = float(losses[:-tail].min()) if len(losses) > tail else first
    gain = (earlier - best) / (first - best) if first > best else 0.0
    worse = (last - best) / abs(best) if best else 0.0
    stopped = len(losses) < allowed
    if first <= best:
        converged, why = False, f"the loss on {cells} never improved"
    elif worse > DIVERGED:
        converged, why = False, f"the loss on {cells} rose again after its best epoch"
    elif stopped:
        converged, why = True, f"the loss on {cells} no longer improved, so training stopped early"
    elif gain < CONVERGED_TAIL:
        converged, why = True, f"the last tenth of the epochs brought next to nothing on {cells}"
    else:
        converged, why = False, f"the loss on {cells} was still falling when the allowed epochs were over"
    body: dict[str, Any] = {
        "converged": converged,
        "because": why,
        "epochs": warm_up + len(losses),
        "allowed_epochs": warm_up + allowed,
        "stopped_early": stopped,
    }
    body |= {
        "warm_up_epochs": warm_up,
        "best_epoch": warm_up + int(losses.argmin()) + 1,
        "first_loss": first,
        "best_loss": best,
        "last_loss": last,
    }
    return body | {"tail_gain": max(0.0, float(gain)), "loss_change": best - first}
