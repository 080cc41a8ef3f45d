"""Attention of texts whose lengths differ from pass to pass."""

from __future__ import annotations


def plan_no_attention() -> None:
    """Keep the attention of this process off cuDNN; a processor without one is not touched by it.

    Under a padding mask torch 2.11 prefers cuDNN on Hopper, and cuDNN makes a plan, which can take half a
    second, for every length that it has not met. Answers grow by a token a pass, and batches of training
    differ in length, so that nearly each pass would be planned. torch's own kernels need no plan.
    """
    import torch

    torch.backends.cuda.enable_cudnn_sdp(False)
