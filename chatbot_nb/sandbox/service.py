"""What a sandbox's server does with a request: API or sample backend, as told or as injected."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from chatbot_nb.sandbox import backends
from chatbot_nb.sandbox.faults import Fault
from chatbot_nb.sandbox.routes import BASE, error_response
from chatbot_nb.transport.inbound.http import Response

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from chatbot_nb.sandbox.faults import Faults
    from chatbot_nb.sandbox.routes import Routes
    from chatbot_nb.transport.inbound.http import Request


class Service:
    """The handler of a sandbox's server.

    Calls of the API run in threads of `workers`, since they wait for the disk and for backends that are verified;
    the sample backends run on the loop, so that a backend of this very sandbox answers also when every worker waits.
    """

    def __init__(self, routes: Routes, faults: Faults, workers: Executor) -> None:
        self._routes = routes
        self._faults = faults
        self._workers = workers

    async def __call__(self, request: Request) -> Response | None:
        """Return the response, None to close the connection without one."""
        path = request.path
        if path.startswith(backends.PREFIX):
            return await backends.answer(request)
        if path == BASE or path.startswith(f"{BASE}/"):
            return await self._api(request)
        return error_response(404, f"there is no {path!r:.80}; the API is at {BASE}, backends at {backends.PREFIX}")

    async def _api(self, request: Request) -> Response | None:
        fault = self._faults.take() or Fault()
        response = None
        if fault.status is not None:
            response = error_response(fault.status, "the sandbox was told to answer so", headers=fault.headers)
        elif fault.drop != "before":
            response = await asyncio.get_running_loop().run_in_executor(
                self._workers, self._routes, request.method, request.path, request.headers, request.body
            )
            response = _with_headers(response, fault.headers)
        if fault.delay:
            await asyncio.sleep(fault.delay)
        return None if fault.drop else response


def _with_headers(response: Response, headers: tuple[tuple[str, str], ...]) -> Response:
    if not headers:
        return response
    replaced = {name.lower() for name, _ in headers}
    kept = tuple((name, value) for name, value in dict(response.headers).items() if name.lower() not in replaced)
    return Response(response.status, (*kept, *headers), response.body)
