//! Waiting for something outside this process, by asking until a deadline. The only place that ever sleeps.

use std::time::{Duration, Instant};

/// Asks `ready` until it answers, at most for `limit`; panics with `what` after that.
pub fn until<T>(what: &str, limit: Duration, mut ready: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + limit;
    let mut pause = Duration::from_millis(5);
    loop {
        if let Some(answer) = ready() {
            return answer;
        }
        assert!(Instant::now() < deadline, "{what}: still not after {limit:?}");
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(100));
    }
}
