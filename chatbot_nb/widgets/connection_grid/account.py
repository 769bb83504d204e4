"""The connections of an account in a grid: what is shown of them, and what only on request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from chatbot_nb.connections.client import Client
from chatbot_nb.payloads.wording import kind_of
from chatbot_nb.widgets.connection_grid.audit_marks import audit_marks
from chatbot_nb.widgets.connection_grid.columns import WRITTEN, columns_of, read_account, shown_columns
from chatbot_nb.widgets.connection_grid.secrets import is_known_missing, secret_of
from chatbot_nb.widgets.connection_grid.wanted import RowCheck
from chatbot_nb.widgets.grid.columns import fields_of
from chatbot_nb.widgets.grid.grid import Grid
from chatbot_nb.widgets.grid.kinds import MASK

if TYPE_CHECKING:
    import pandas as pd

    from chatbot_nb.widgets.grid.columns import Field


class AccountGrid(Grid):
    """The connections of an account as a table; what is edited stays here.

    Parameters
    ----------
    client : Client
    details : bool
    **keywords : object
        What any ipywidget takes.
    """

    _check_loaded: ClassVar[bool] = False  # reading is lenient: what the account has is no mistake of the user

    def __init__(self, client: Client, *, details: bool, **keywords: Any) -> None:  # noqa: ANN401
        if not isinstance(client, Client):
            raise TypeError(f"ConnectionGrid(client): {kind_of(client)} is no client; pass cb.connect() or cb.Client()")
        self._client, self._details_read = client, details
        account = self._read()
        self._labels = shown_columns(account)
        check = RowCheck(lambda: self._sheet.table.base)
        super().__init__(account, columns_of(account), check=check, title="Connections", **keywords)
        with self._lock:
            self._mark()
            self._publish()

    @property
    def frame(self) -> pd.DataFrame:
        """The connections as they stand, without those to be deleted, as `Connections.frame` gives them.

        New ones come last and have no id. Set it to edit names, URLs and stories, to add and to delete; what stands in
        its other columns is left aside. Never a token, header value or password.
        """
        with self._lock:
            return self._shown_frame(self._sheet.table.frame)

    @frame.setter
    def frame(self, frame: pd.DataFrame) -> None:
        with self._changing():
            self._tell(self._sheet.replace(frame, labels=self._labels, keys=WRITTEN))

    def _read(self) -> pd.DataFrame:
        """Read the account, which takes a while."""
        return read_account(self._client, details=self._details_read)

    def _describe(self, account: pd.DataFrame) -> None:
        """Take over what there is to choose from in an account that was read again."""
        self._sheet.table.describe(fields_of(account, columns_of(account)))
        self._mark()

    def _mark(self) -> None:
        """Mark what an audit finds in the account."""
        table = self._sheet.table
        shown = [key for key, field in table.fields.items() if field.column.place == "table"]
        self._sheet.findings.marks = audit_marks(table.base[self._labels], table.ids[: len(table.base)], shown)

    def _row_label(self, row: int) -> str:
        return self._sheet.table.text(row, "name") or "new row"

    def _shown_frame(self, frame: pd.DataFrame) -> pd.DataFrame:
        frame = frame[self._labels].copy()
        lacking = frame["story_name"].isna() & frame["story_id"].notna()
        if lacking.any():
            known = self._sheet.table.base[["story_id", "story_name"]].dropna().drop_duplicates("story_id")
            names = known.set_index("story_id")["story_name"]
            frame.loc[lacking.to_numpy(), "story_name"] = frame["story_id"][lacking.to_numpy()].map(names).to_numpy()
        return frame

    def _secret(self, row: int, field: Field) -> str | None:
        table = self._sheet.table
        position = table.position(row)
        if table.value(row, field.key) is not None or position >= len(table.base):
            return super()._secret(row, field)
        return secret_of(self._client.connections.get(str(table.base.index[position])), field.key)

    def _secret_shown(self, row: int, field: Field) -> str | None:
        table = self._sheet.table
        position = table.position(row)
        if table.text(row, field.key) is not None:
            return MASK
        if position >= len(table.base) or is_known_missing(table.base.iloc[position], field.key):
            return None
        return MASK  # there may be one: only a request would tell
