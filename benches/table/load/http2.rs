//! HTTP/2 over TLS: many streams on each connection.

use std::io;
use std::rc::Rc;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http2;
use hyper::header::{ACCEPT, HeaderValue};
use hyper::{Request, Uri};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::task::JoinSet;

use super::pace::Turns;
use super::questions::Dice;
use super::{Load, Tally, connect, tls};

/// The streams of one connection.
pub async fn converse(load: Load, number: usize, turns: Turns) -> io::Result<Tally> {
    let stream = connect(load.sources[number % load.sources.len()], load.address).await?;
    let (stream, _) = tls::shake(&tls::connector(b"h2", false), stream, load.address).await?;
    let (sender, connection) =
        http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.map_err(io::Error::other)?;
    let connection = tokio::spawn(connection);
    turns.ready().await;
    let authority: Rc<str> = super::AUTHORITY.into();
    let mut streams = JoinSet::new();
    for stream in 0..load.streams {
        let (sender, turns, authority) = (sender.clone(), turns.clone(), Rc::clone(&authority));
        streams.spawn_local(one(load, number * load.streams + stream, sender, turns, authority));
    }
    let mut tally = Tally::default();
    while let Some(ended) = streams.join_next().await {
        tally.add(ended.map_err(io::Error::other)??);
    }
    drop(sender);
    connection.abort();
    Ok(tally)
}

async fn one(
    load: Load,
    seed: usize,
    mut sender: http2::SendRequest<Empty<Bytes>>,
    turns: Turns,
    authority: Rc<str>,
) -> io::Result<Tally> {
    let (mut tally, mut dice) = (Tally::default(), Dice::new(load.seed + seed));
    let (mut question, mut whole) = (Vec::new(), Vec::new());
    while let Some(due) = turns.next().await {
        let name = load.questions.next(&mut dice, &mut question);
        // The path of the question's first line.
        let path = question.split(|octet| *octet == b' ').nth(1).unwrap_or_default();
        let uri = Uri::builder()
            .scheme("https")
            .authority(&*authority)
            .path_and_query(path)
            .build()
            .map_err(io::Error::other)?;
        let mut request = Request::new(Empty::new());
        *request.uri_mut() = uri;
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/rdap+json"));
        let response = sender.send_request(request).await.map_err(io::Error::other)?;
        let status = response.status().as_u16();
        let mut body = response.into_body();
        whole.clear();
        while let Some(frame) = body.frame().await {
            if let Some(data) = frame.map_err(io::Error::other)?.data_ref() {
                whole.extend_from_slice(data);
            }
        }
        tally.count(&load, &question[name], due.elapsed(), status, &whole);
    }
    Ok(tally)
}
