"""The three looks: dark, light and high contrast. No meaning rests on a colour alone."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="cadagent-dark",
    primary="#5aa9e6",
    secondary="#8fb8de",
    accent="#f2b35e",
    success="#7fc98f",
    warning="#f2b35e",
    error="#ef7d7d",
    foreground="#d9dee5",
    background="#14181e",
    surface="#1b2028",
    panel="#242b35",
    dark=True,
    variables={"footer-key-foreground": "#f2b35e", "block-cursor-text-style": "bold"},
)
LIGHT = Theme(
    name="cadagent-light",
    primary="#1f5f99",
    secondary="#46688c",
    accent="#9a5b00",
    success="#1e6b34",
    warning="#8a5200",
    error="#a52222",
    foreground="#1d232b",
    background="#f6f7f9",
    surface="#ffffff",
    panel="#e3e8ee",
    dark=False,
    variables={"footer-key-foreground": "#9a5b00", "block-cursor-text-style": "bold"},
)
CONTRAST = Theme(
    name="cadagent-contrast",
    primary="#00d7ff",
    secondary="#ffffff",
    accent="#ffff00",
    success="#00ff5f",
    warning="#ffff00",
    error="#ff8787",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1c1c1c",
    text_alpha=1.0,
    dark=True,
    variables={
        "footer-key-foreground": "#ffff00",
        "border": "#ffffff",
        "border-blurred": "#bcbcbc",
        "block-cursor-text-style": "bold reverse",
        "text-muted": "#e4e4e4",
    },
)
THEMES = {theme.name: theme for theme in (DARK, LIGHT, CONTRAST)}
