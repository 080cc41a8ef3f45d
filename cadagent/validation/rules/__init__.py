"""The built-in rules, one module each; every module lists its checks in ``RULES``."""
