"""Case 44 of the receiver's hard cases: texts that a spreadsheet would run."""

from __future__ import annotations

import pandas as pd
import pytest

from chatbot_nb.traffic.receiver import Receiver

FORMULA = "=cmd|' /C calc'!A0"


def test_case_44_formulas(receive, tmp_path):
    """Frame, Parquet and a saved file keep them as they came; CSV is no target, and where one has it, frame() warns."""
    peer = receive()
    peer.post(peer.request(message=FORMULA, attributes={"default_name": FORMULA, "default_email": None}))
    peer.receiver.wait(1)
    frame = peer.receiver.frame()
    assert frame.loc[1, ["message", "attributes.default_name"]].tolist() == [FORMULA] * 2
    frame.to_parquet(tmp_path / "traffic.parquet")
    assert pd.read_parquet(tmp_path / "traffic.parquet")["message"].tolist() == [FORMULA]
    peer.receiver.save(tmp_path / "traffic.jsonl")
    assert Receiver.load(tmp_path / "traffic.jsonl").frame()["message"].tolist() == [FORMULA]
    with pytest.raises(ValueError, match="'csv' is not an export of traffic"):
        peer.receiver.export("csv")
    assert "``to_csv`` and ``to_excel`` are not for traffic of strangers" in Receiver.frame.__doc__
