"""Sends OpenTelemetry traces: a span for each request, and one for each call on a work queue under it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource

# OpenTelemetry is an optional extra, so it is imported only where traces are switched on.

R = TypeVar("R")
DescribeSpan = Callable[[str, str, int], None]
"""Names a request's span by its method, route and status."""
SERVICE = "copydesk"
"""Name of the service where `OTEL_SERVICE_NAME` is not set."""
FLUSH_MILLISECONDS = 5000
"""Time to send the last spans when the server stops."""
PARENTS = (b"traceparent", b"tracestate")

_LOG = logging.getLogger("copydesk.traces")


class Traces:
    """Sends spans by OTLP over HTTP, configured by the variables OTEL_...

    Spans have names, times, methods, routes and statuses; never a path, a query, a key, text or an exception message.
    The tracer provider is private to this service, so that instrumented libraries cannot add such things.
    """

    def __init__(self) -> None:
        """Start the exporter.

        Raises:
            ModuleNotFoundError: The extra is not installed.
        """
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        self._provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer(SERVICE)

    @contextmanager
    def request(self, headers: Iterable[tuple[bytes, bytes]]) -> Iterator[DescribeSpan]:
        """Open a span for a request, under the span that its headers name; yields a function that describes it."""
        from opentelemetry.trace import SpanKind, StatusCode
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        parent_headers = {name.decode(): value.decode("latin-1") for name, value in headers if name in PARENTS}
        parent = TraceContextTextMapPropagator().extract(parent_headers)
        with self._tracer.start_as_current_span(
            "request", context=parent, kind=SpanKind.SERVER, record_exception=False, set_status_on_exception=False
        ) as span:

            def describe(method: str, route: str, status: int) -> None:
                span.update_name(f"{method} {route}")
                span.set_attributes(
                    {"http.request.method": method, "http.route": route, "http.response.status_code": status}
                )
                if status >= 500:
                    span.set_status(StatusCode.ERROR)

            yield describe

    def wrap(self, name: str, function: Callable[[], R]) -> Callable[[], R]:
        """Wrap a function that another thread calls, so that the call is a span under the current one."""
        from opentelemetry.context import get_current

        context = get_current()

        def traced() -> R:
            with self._tracer.start_as_current_span(
                name, context=context, record_exception=False, set_status_on_exception=False
            ):
                return function()

        return traced

    def close(self) -> None:
        """Send the last spans and stop the exporter."""
        self._provider.force_flush(FLUSH_MILLISECONDS)
        self._provider.shutdown()


def open_traces(*, enabled: bool) -> Traces | None:
    """Start tracing if it is enabled; without the extra, log a warning and serve without traces."""
    if not enabled:
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

    resource = Resource.create()
    has_name = not str(resource.attributes[SERVICE_NAME]).startswith("unknown_service")
    return resource if has_name else resource.merge(Resource({SERVICE_NAME: SERVICE}))
