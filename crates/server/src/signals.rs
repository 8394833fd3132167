//! How the program is told to stop: Ctrl-C (SIGINT) or SIGTERM, gracefully; once more, at once.

use probatum_api::Hub;
use std::time::Duration;

/// What arrives this soon after the first signal is the same wish, told by a terminal and by whoever passes it on.
const SAME_WISH: Duration = Duration::from_secs(1);

/// Waits until the program is told to stop, and ends the streams of events, which never finish by themselves. Whoever
/// asks again does not want to wait for requests in flight: then the program ends as it stands, which loses nothing that
/// was acknowledged.
pub async fn told_to_stop(hub: Hub) {
    let signal = next().await;
    tracing::info!(signal, "told to stop: requests in flight may finish; once more ends the program at once");
    hub.end();
    tokio::spawn(async {
        tokio::time::sleep(SAME_WISH).await;
        let signal = next().await;
        tracing::warn!(signal, "told to stop once more: requests in flight are given up");
        std::process::exit(1);
    });
}

/// The next signal to stop, by its name.
async fn next() -> &'static str {
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupted => "SIGINT",
        () = terminated => "SIGTERM",
    }
}
