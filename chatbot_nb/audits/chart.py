"""The health of an account as one chart, which shows with and without a network."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

try:
    import altair as alt
    import vl_convert
except ImportError as exc:
    raise ImportError(
        f"the chart needs Altair and vl-convert-python, and {exc.name} is not installed. Install both: "
        "python -m pip install 'chatbot_nb[lab]'"
    ) from exc

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

# Told apart by people who see no red or no green (Okabe and Ito), and visible on white as on black.
_COLOURS: Final = {"error": "#d55e00", "warning": "#d99a00", "info": "#5b8fb9", "healthy": "#009e73"}
_SEVERITY_OF: Final = {"with errors": "error", "with warnings": "warning", "healthy": "healthy"}
_GREY: Final = "#808080"  # 4 : 1 on white, 5 : 1 on black
_WIDTH: Final = 460


class HealthChart(alt.VConcatChart):
    """An Altair chart that shows itself as SVG, made on this machine.

    JupyterLab 4 renders the Vega-Lite of version 5 at most, Altair writes version 6, and nbconvert knows neither: a
    picture is what each of them shows. The tooltips show with ``chart.save("chart.html", inline=True)``.
    """

    def _repr_mimebundle_(self, *_: object, **__: object) -> dict[str, str]:
        return {"image/svg+xml": self.svg(), "text/plain": str(self.description)}

    def svg(self) -> str:
        """Return the chart as SVG: no script, no reference to the network, text in a generic font."""
        version = ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])
        picture: str = vl_convert.vegalite_to_svg(json.dumps(self.to_dict()), vl_version=version)
        return picture


def health_chart(health: Mapping[str, int], summary: pd.DataFrame) -> HealthChart:
    """Return the chart of `Audit.chart`.

    Parameters
    ----------
    health : mapping of str to int
        As `Audit.health`.
    summary : pandas.DataFrame
        As `Audit.summary`.
    """
    charts: list[alt.SchemaBase] = [_connections(health)]
    wrong = summary[summary["severity"] != "info"]  # what is only worth knowing would be the longest bar
    if len(wrong):
        charts.append(_codes(wrong))
    config: dict[str, Any] = {
        "background": "transparent",
        "font": "sans-serif",
        "view": {"stroke": None},
        "axis": {"labelColor": _GREY, "titleColor": _GREY, "domain": False, "ticks": False, "grid": False},
        "legend": {"labelColor": _GREY, "title": None, "orient": "top"},
        "title": {"color": _GREY, "anchor": "start", "frame": "group", "fontSize": 13, "fontWeight": "bold"},
    }
    return HealthChart(
        vconcat=charts,
        description=f"health of an account: {', '.join(f'{count:,} {kind}' for kind, count in health.items())}",
        config=config,
        resolve={"scale": {"color": "independent", "x": "independent"}},
    )


def _connections(health: Mapping[str, int]) -> alt.Chart:
    """Return one bar of all connections, by the worst that was found of each."""
    parts: list[dict[str, Any]] = []
    total = 0
    for kind, count in health.items():
        # The counts stand in the legend: a narrow part has no room for one.
        parts.append({"what": f"{count:,} {kind}", "start": total, "end": total + count})
        total += count
    scale = alt.Scale(domain=[part["what"] for part in parts], range=[_COLOURS[_SEVERITY_OF[kind]] for kind in health])
    chart: alt.Chart = (
        alt.Chart({"values": parts}, title=f"{total:,} {'connection' if total == 1 else 'connections'}")
        .mark_bar(size=20)  # without a y its height would be 0
        .encode(
            x=alt.X("start:Q", axis=None, scale=alt.Scale(domain=[0, max(total, 1)])),
            x2="end:Q",
            color=alt.Color("what:N", scale=scale),
            tooltip=[alt.Tooltip("what:N", title="connections")],
        )
        .properties(width=_WIDTH, height=20)
    )
    return chart


def _codes(summary: pd.DataFrame) -> alt.LayerChart:
    """Return a bar for each code, in the order of the summary."""
    bars = [
        {"code": code, "severity": severity, "connections": n, "label": f"{n:,} · {severity}", "example": example}
        for code, severity, n, example in summary.itertuples(name=None)
    ]
    base = alt.Chart({"values": bars}, title="connections by finding").encode(
        x=alt.X("connections:Q", axis=None, scale=alt.Scale(domainMin=0)),
        y=alt.Y("code:N", sort=None, title=None, axis=alt.Axis(labelLimit=0)),
        tooltip=["code:N", "severity:N", alt.Tooltip("connections:Q", format=","), "example:N"],
    )
    colour = alt.Color(
        "severity:N", legend=None, scale=alt.Scale(domain=list(_COLOURS)[:3], range=list(_COLOURS.values())[:3])
    )
    labels = base.mark_text(align="left", dx=4, color=_GREY).encode(text="label:N")
    layers = [base.mark_bar().encode(color=colour), labels]
    return alt.LayerChart(layer=layers, width=_WIDTH, height=alt.Step(20))
