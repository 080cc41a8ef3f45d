"""Several LoRA adapters in one model, switched between requests."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from cadagent.errors import ModelUnavailable
from cadagent.generation.adapters import Adapter
from cadagent.generation.torch.quiet import first_line, quiet

if TYPE_CHECKING:
    from transformers import PreTrainedModel

_TENSOR = re.compile(r"base_model\.model\.(?P<module>.+)\.lora_(?P<half>[AB])\.weight")


class Adapters:
    """PEFT's adapters inside a model; ``use`` loads one at its first use and switches it on.

    The model is called as before: PEFT puts its layers into it.
    """

    def __init__(self, model: PreTrainedModel) -> None:
        self._model = model
        self._peft: Any = None
        self._names: dict[tuple[str, str], str] = {}
        self._layers: list[Any] = []
        self._tried = 0
        self._active: str | None = None

    def use(self, adapter: Adapter | None) -> None:
        """Answer with this adapter from now on, or, with None, as the model came.

        Raises:
            ModelUnavailable: the adapter is damaged, of another kind, or does not fit the model.
        """
        name = None if adapter is None else self._loaded(adapter)
        if name == self._active:
            return
        # Layer by layer: PEFT's own switch searches the whole model each time.
        for layer in self._layers:
            if name is None or self._active is None:
                layer.enable_adapters(name is not None)
            if name is not None:
                layer.set_adapter(name, inference_mode=True)
        self._active = name

    def _loaded(self, adapter: Adapter) -> str:
        """PEFT's name of the adapter, which may have neither dots nor slashes."""
        key = (str(adapter.path), adapter.sha256)
        if key not in self._names:
            name = f"adapter{self._tried}"
            self._tried += 1
            self._load(adapter, name)
            self._names[key] = name
        return self._names[key]

    def _load(self, adapter: Adapter, name: str) -> None:
        from peft import PeftModel, get_peft_model_state_dict
        from peft.tuners.tuners_utils import BaseTunerLayer
        from safetensors import SafetensorError

        try:
            tensors = self._checked(adapter)
            # Adapters keep the precision of their model: mixed ones would convert at every layer.
            options = {"autocast_adapter_dtype": False, "is_trainable": False}
            with quiet():
                if self._peft is None:
                    self._peft = PeftModel.from_pretrained(
                        self._model, str(adapter.path), adapter_name=name, **options
                    )
                else:
                    self._peft.load_adapter(str(adapter.path), name, **options)
            self._peft.eval()
            has = get_peft_model_state_dict(self._peft, adapter_name=name, save_embedding_layers=False)
            if has.keys() != tensors:
                raise ValueError("its file lacks layers that its configuration names")
        except (RuntimeError, ValueError, KeyError, TypeError, OSError, SafetensorError) as error:
            raise ModelUnavailable(
                f"The adapter {adapter.name} is damaged or does not fit the model: {first_line(error)}"
            ) from error
        finally:
            # Loading leaves adapters on here and there, above all when it fails.
            self._layers = [one for one in self._model.modules() if isinstance(one, BaseTunerLayer)]
            for layer in self._layers:
                layer.enable_adapters(False)
            self._active = None

    def _checked(self, adapter: Adapter) -> set[str]:
        """Names of the adapter's tensors, once it is sure that they fit: PEFT changes the model before it
        looks."""
        from safetensors import safe_open

        if adapter.path.suffix == ".gguf":
            raise ValueError("it is a GGUF file, and a folder that PEFT saved is needed")
        config = json.loads((adapter.path / "adapter_config.json").read_text(encoding="utf-8"))
        if config.get("peft_type") != "LORA":
            raise ValueError(f"it is of the kind {config.get('peft_type')}, not LORA")
        with safe_open(adapter.path / "adapter_model.safetensors", framework="np") as file:
            names = set(file.keys())
            for name in names:
                match = _TENSOR.fullmatch(name)
                if match is None:
                    continue
                try:
                    module: Any = self._model.get_submodule(match["module"])
                except AttributeError:
                    raise ValueError(f"the model has no layer {match['module']}") from None
                has = module.in_features if match["half"] == "A" else module.out_features
                wants = file.get_slice(name).get_shape()[1 if match["half"] == "A" else 0]
                if has != wants:
                    raise ValueError(f"the layer {match['module']} is {has} wide, not {wants}")
        return names
