"""Streamlit's messages between page and server: what others may not ask, nor be told."""

from __future__ import annotations

from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from engine.config import PROJECT

MODEST = {"rerun_script", "stop_script", "app_heartbeat", "file_urls_request"}
DOWNLOADS = {"deferred_file", "dataframe_chunk"}
OWN_PLACE = str(PROJECT).encode()


def is_modest(sent: bytes) -> bool:
    """Tell whether a message of a browser asks for what everybody may.

    The protocol also empties every cache, tells of the repository and writes files beside the app,
    for a developer at the same desk.
    """
    try:
        message = BackMsg.FromString(sent)
    except DecodeError:
        return False
    kind = message.WhichOneof("type")
    operation = message.backend_operation_request.WhichOneof("payload")
    return kind in MODEST or (kind == "backend_operation_request" and operation in DOWNLOADS)


def without_place(sent: bytes) -> bytes:
    """Return a message to a browser without the place of the app, which its first one holds.

    Pages make no use of it.
    """
    if OWN_PLACE not in sent:
        return sent
    message = ForwardMsg.FromString(sent)
    if message.WhichOneof("type") != "new_session":
        return sent
    message.new_session.main_script_path = "app.py"
    return message.SerializeToString()
