"""A web server that keeps what it is sent and answers as it is told."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


class Listener:
    """Listens on this machine while the block lasts; `heard` are method, path and what was posted."""

    def __init__(self, status: int = 200, body: bytes = b"", **headers: str) -> None:
        self.heard: list[tuple[str, str, Any]] = []
        self.status = status
        self.pause_seconds = 0.0
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                posted = json.loads(self.rfile.read(length)) if length else None
                listener.heard.append((self.command, self.path, posted))
                time.sleep(listener.pause_seconds)
                self.send_response(listener.status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = _answer  # noqa: N815 - http.server's

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
