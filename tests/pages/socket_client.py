"""A client that speaks to a running app as a browser does, and says whatever it likes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from google.protobuf.message import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from websockets.sync.client import ClientConnection, connect

PATIENCE_SECONDS = 600


@dataclass
class Visit:
    """One session of the app.

    Attributes
    ----------
    heard
        Every message of the server, as it came.
    widgets
        Kind of each element that can be changed, by its id.
    """

    socket: ClientConnection
    heard: list[bytes] = field(default_factory=list)
    widgets: dict[str, str] = field(default_factory=dict)

    def open(self, page: str, query: str = "", states: WidgetStates | None = None) -> bool:
        """Run a page with an address, and with states of elements, to its end."""
        message = BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.query_string = query
        if states is not None:
            message.rerun_script.widget_states.CopyFrom(states)
        self.say(message)
        return self.listen()

    def say(self, message: BackMsg) -> None:
        self.socket.send(message.SerializeToString())

    def listen(self) -> bool:
        """Hear the server out until a page is drawn; return whether that was without an error."""
        while True:
            data = self.socket.recv(timeout=PATIENCE_SECONDS)
            assert isinstance(data, bytes)
            self.heard.append(data)
            message = ForwardMsg.FromString(data)
            for kind, element in elements_of(message):
                if name := getattr(element, "id", ""):
                    self.widgets[name] = kind
            if message.WhichOneof("type") == "script_finished":
                if message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    continue
                return message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY


def elements_of(message: ForwardMsg) -> Iterator[tuple[str, Any]]:
    if message.WhichOneof("type") == "delta" and message.delta.WhichOneof("type") == "new_element":
        kind = message.delta.new_element.WhichOneof("type")
        if kind and isinstance(element := getattr(message.delta.new_element, kind), Message):
            yield kind, element


@contextmanager
def visiting(address: str, headers: dict[str, str] | None = None) -> Iterator[Visit]:
    """Open a session of the app at an address."""
    place = f"ws://{urlsplit(address).netloc}/_stcore/stream"
    with connect(
        place,
        subprotocols=["streamlit"],  # type: ignore[list-item]
        additional_headers=headers,
        max_size=None,
    ) as socket:
        yield Visit(socket)


def pressed(widgets: dict[str, str], words: str) -> WidgetStates:
    """Return the states of elements that were all pressed, ticked and filled in."""
    states = WidgetStates()
    for name, kind in widgets.items():
        state = WidgetState(id=name)
        if kind in ("button", "download_button"):
            state.trigger_value = True
        elif kind == "checkbox":
            state.bool_value = True
        elif kind in ("text_input", "selectbox"):
            state.string_value = words
        elif kind == "bidi_component":
            state.json_trigger_value = '[{"event":"opened","value":{"crumb":0}}]'
        else:
            continue
        states.widgets.append(state)
    return states
