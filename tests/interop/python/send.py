"""Sends spans, logs and metrics with the official Python SDK, as an application would.

usage: send.py grpc|http ENDPOINT none|gzip
"""

import logging
import sys

from opentelemetry import trace
from opentelemetry._logs import set_logger_provider
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode

protocol, endpoint, compression = sys.argv[1:4]

if protocol == "grpc":
    from grpc import Compression
    from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

    packed = Compression.Gzip if compression == "gzip" else Compression.NoCompression
    options = {"endpoint": endpoint, "insecure": True, "compression": packed}
    exporters = OTLPSpanExporter(**options), OTLPLogExporter(**options), OTLPMetricExporter(**options)
else:
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    packed = Compression.Gzip if compression == "gzip" else Compression.NoCompression
    exporters = (
        OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces", compression=packed),
        OTLPLogExporter(endpoint=f"{endpoint}/v1/logs", compression=packed),
        OTLPMetricExporter(endpoint=f"{endpoint}/v1/metrics", compression=packed),
    )

span_exporter, log_exporter, metric_exporter = exporters
resource = Resource.create({"service.name": "python-app", "numbers": [1, 2, 3]})

tracer_provider = TracerProvider(resource=resource)
tracer_provider.add_span_processor(BatchSpanProcessor(span_exporter))
trace.set_tracer_provider(tracer_provider)

logger_provider = LoggerProvider(resource=resource)
logger_provider.add_log_record_processor(BatchLogRecordProcessor(log_exporter))
set_logger_provider(logger_provider)
logger = logging.getLogger("app")
logger.addHandler(LoggingHandler(level=logging.INFO, logger_provider=logger_provider))
logger.setLevel(logging.INFO)

reader = PeriodicExportingMetricReader(metric_exporter, export_interval_millis=3_600_000)
meter_provider = MeterProvider(resource=resource, metric_readers=[reader])
meter = meter_provider.get_meter("app", "2.0")

tracer = trace.get_tracer("app", "2.0")
with tracer.start_as_current_span("parent", kind=SpanKind.SERVER) as parent:
    parent.set_attribute("big", 2**62)
    parent.set_attribute("text", "grüße ☃")
    for i in range(99):
        with tracer.start_as_current_span(f"child {i}", attributes={"i": i, "half": i / 2, "even": i % 2 == 0}) as child:
            child.add_event("tick", {"i": i})
    logger.warning("stock is %s", "low", extra={"sku": "a-1"})
    try:
        raise ValueError("boom")
    except ValueError as error:
        parent.record_exception(error)
        parent.set_status(Status(StatusCode.ERROR, "failed"))

meter.create_counter("orders").add(5, {"region": "eu"})
meter.create_histogram("latency", unit="ms").record(12.5)
meter.create_up_down_counter("queue").add(-3)

tracer_provider.shutdown()
logger_provider.shutdown()
meter_provider.shutdown()
