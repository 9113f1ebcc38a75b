//! Traces for who asks for them: spans of requests, commands, timers and effects go to an OpenTelemetry collector (OTLP,
//! protobuf over plain HTTP). Off unless an endpoint is set.
//!
//! The spans are those of the log lines: routes, kinds, results and numbers, never people or what they wrote. May not live
//! here: what a span holds.

use std::io::{Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};

use crate::failure::Failure;

/// How long the collector may take for anything.
const PATIENCE: Duration = Duration::from_secs(5);
/// Most that is read of its answer.
const MOST: u64 = 64 * 1024;

/// Where a collector listens: `http://host:port`, with a path before `/v1/traces` if need be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    address: String,
    path: String,
}

impl FromStr for Endpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rest = text
            .strip_prefix("http://")
            .ok_or("begin with `http://`: a collector stands beside it and encrypts for those further away")?;
        let (address, path) = rest.split_once('/').unwrap_or((rest, ""));
        let fine = address.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
        if !fine || address.contains('@') {
            return Err("write `http://host:port`, such as `http://localhost:4318`".to_owned());
        }
        Ok(Self { address: address.to_owned(), path: path.trim_end_matches('/').to_owned() })
    }
}

/// Spans on their way; what waits is sent when this goes.
#[derive(Debug)]
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// Begins to send.
    ///
    /// # Errors
    /// No thread for it.
    pub fn begin(endpoint: &Endpoint) -> Result<Self, Failure> {
        let path = if endpoint.path.is_empty() { String::new() } else { format!("/{}", endpoint.path) };
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Plain { address: endpoint.address.clone(), away: AtomicBool::new(false) })
            .with_endpoint(format!("http://{}{path}/v1/traces", endpoint.address))
            .with_protocol(Protocol::HttpBinary)
            .with_timeout(PATIENCE)
            .build()
            .map_err(|error| Failure::broken(format!("traces cannot be sent: {error}")))?;
        let about =
            [KeyValue::new("service.name", "draaiboek"), KeyValue::new("service.version", env!("CARGO_PKG_VERSION"))];
        let resource = Resource::builder_empty().with_attributes(about).build();
        Ok(Self(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build()))
    }

    /// What makes spans.
    pub fn tracer(&self) -> SdkTracer {
        self.0.tracer("draaiboek")
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        // A collector that is gone has been told of by then.
        let _ = self.0.shutdown_with_timeout(PATIENCE);
    }
}

/// One request at a time over a connection of its own, on the thread of the exporter.
#[derive(Debug)]
struct Plain {
    address: String,
    /// Whether the collector did not answer the last time.
    away: AtomicBool,
}

#[async_trait]
impl HttpClient for Plain {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let sent = self.send(&request);
        let away = self.away.swap(sent.is_err(), Ordering::Relaxed);
        match &sent {
            Err(error) if !away => tracing::warn!(%error, "traces cannot be sent; they are dropped until they can"),
            Ok(_) if away => tracing::info!("traces are sent again"),
            _ => {}
        }
        Ok(sent?)
    }
}

impl Plain {
    fn send(&self, request: &Request<Bytes>) -> std::io::Result<Response<Bytes>> {
        let nowhere = || std::io::Error::other("its name leads nowhere");
        let address = self.address.to_socket_addrs()?.next().ok_or_else(nowhere)?;
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let path = request.uri().path();
        let mut head =
            format!("{} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", request.method(), self.address);
        for (name, value) in
            request.headers().iter().filter(|(name, _)| !matches!(name.as_str(), "host" | "content-length"))
        {
            head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap_or_default()));
        }
        head.push_str(&format!("Content-Length: {}\r\n\r\n", request.body().len()));
        stream.write_all(head.as_bytes())?;
        stream.write_all(request.body())?;
        let mut answer = Vec::new();
        stream.take(MOST).read_to_end(&mut answer)?;
        let line = String::from_utf8_lossy(answer.split(|byte| *byte == b'\r').next().unwrap_or_default()).into_owned();
        let status = line.split(' ').nth(1).and_then(|code| code.parse::<u16>().ok());
        let status = status.ok_or_else(|| std::io::Error::other("its answer is no HTTP"))?;
        // The body of an answer only says which spans it refused; nothing is done about those.
        Response::builder().status(status).body(Bytes::new()).map_err(std::io::Error::other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collector_stands_beside_it() {
        assert!("http://localhost:4318".parse::<Endpoint>().is_ok());
        assert_eq!("http://[::1]:4318/otel/".parse::<Endpoint>().map(|endpoint| endpoint.path), Ok("otel".to_owned()));
        for wrong in ["https://localhost:4318", "localhost:4318", "http://localhost", "http://u:p@h:1", "http://:1"] {
            assert!(wrong.parse::<Endpoint>().is_err(), "{wrong}");
        }
    }
}
