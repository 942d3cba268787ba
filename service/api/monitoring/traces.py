"""Traces: a span for each request, and one for each piece of work beside the event loop that it waits for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource

# OpenTelemetry is an extra, and what it loads is loaded only where traces are asked for.

R = TypeVar("R")
Tell = Callable[[str, str, int], None]
"""Says what a request was: its method, its route and the status of its answer."""
NAME = "copydesk"
"""The service's name, where `OTEL_SERVICE_NAME` gives no other."""
CLOSE_MILLISECONDS = 5000
"""What the last spans have to be sent in."""
PARENTS = (b"traceparent", b"tracestate")

_LOG = logging.getLogger("copydesk.traces")


class Traces:
    """Sends spans by OTLP over HTTP, as the variables OTEL_... say.

    They hold names, times, methods, routes and statuses; never a path, a query, a key, text, or a message of an error.
    The provider is this service's own, so that nothing else that knows OpenTelemetry adds what it sees.
    """

    def __init__(self) -> None:
        """Begin.

        Raises:
            ModuleNotFoundError: The extra is not installed.
        """
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        self._provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer(NAME)

    @contextmanager
    def request(self, headers: Iterable[tuple[bytes, bytes]]) -> Iterator[Tell]:
        """Be in the span of a request, under the client's own where it sends one; yields what names it."""
        from opentelemetry.trace import SpanKind, StatusCode
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        carried = {name.decode(): value.decode("latin-1") for name, value in headers if name in PARENTS}
        parent = TraceContextTextMapPropagator().extract(carried)
        with self._tracer.start_as_current_span(
            "request", context=parent, kind=SpanKind.SERVER, record_exception=False, set_status_on_exception=False
        ) as span:

            def tell(method: str, route: str, status: int) -> None:
                span.update_name(f"{method} {route}")
                span.set_attributes(
                    {"http.request.method": method, "http.route": route, "http.response.status_code": status}
                )
                if status >= 500:
                    span.set_status(StatusCode.ERROR)

            yield tell

    def within(self, name: str, work: Callable[[], R]) -> Callable[[], R]:
        """Wrap work that another thread does, so that it is a span of its own under the present one."""
        from opentelemetry.context import get_current

        present = get_current()

        def traced() -> R:
            with self._tracer.start_as_current_span(
                name, context=present, record_exception=False, set_status_on_exception=False
            ):
                return work()

        return traced

    def close(self) -> None:
        """Send what is left."""
        self._provider.force_flush(CLOSE_MILLISECONDS)
        self._provider.shutdown()


def open_traces(*, wanted: bool) -> Traces | None:
    """Begin to trace where that is wanted and possible; a service without its traces still serves."""
    if not wanted:
        return None
    try:
        return Traces()
    except ModuleNotFoundError as error:
        _LOG.warning(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, and %s is not installed: nothing is traced; "
            "install copydesk[otel], or unset it",
            error.name,
        )
        return None


def _resource() -> Resource:
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource

    given = Resource.create()
    named = not str(given.attributes[SERVICE_NAME]).startswith("unknown_service")
    return given if named else given.merge(Resource({SERVICE_NAME: NAME}))
